"use strict";
// Language and theme: from the address (#lang=en&theme=dark) if it says so, else from the browser. Nothing is stored.
const page = (() => {
  const root = document.documentElement;
  const asked = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const state = { lang: (navigator.language || "ko").toLowerCase().startsWith("ko") ? "ko" : "en", theme: "" };

  function readAddress() {
    const wanted = asked();
    if (["ko", "en"].includes(wanted.get("lang"))) state.lang = wanted.get("lang");
    if (["light", "dark"].includes(wanted.get("theme"))) state.theme = wanted.get("theme");
  }

  function isDark() {
    return state.theme ? state.theme === "dark" : dark.matches;
  }

  function say(element) {
    element.textContent = element.dataset[state.lang];
  }

  function show() {
    root.lang = state.lang;
    if (state.theme) root.dataset.theme = state.theme;
    document.querySelectorAll("[data-en]").forEach(say);
    document.querySelectorAll("[data-label-en]").forEach((element) => {
      element.setAttribute("aria-label", state.lang === "en" ? element.dataset.labelEn : element.dataset.labelKo);
    });
    document.getElementById("theme").setAttribute("aria-pressed", String(isDark()));
  }

  function remember() {
    const address = new URLSearchParams({ lang: state.lang });
    if (state.theme) address.set("theme", state.theme);
    try {
      history.replaceState(null, "", `#${address}`);
    } catch {
      // Some viewers forbid it for files: the switch works all the same.
    }
  }

  // Text in both languages; the page's style shows the chosen one.
  function both(parent, text, facts = {}) {
    const filled = (words) => words.replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));
    if (text.en === text.ko) {
      parent.append(filled(text.en));
      return;
    }
    for (const lang of ["ko", "en"]) {
      const span = document.createElement("span");
      span.lang = lang;
      span.textContent = filled(text[lang]);
      parent.append(span);
    }
  }

  function make(name, className = "", text = "") {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  readAddress();
  show();
  document.querySelector(".switches").hidden = false;
  document.getElementById("language").addEventListener("click", () => {
    state.lang = state.lang === "ko" ? "en" : "ko";
    show();
    remember();
  });
  document.getElementById("theme").addEventListener("click", () => {
    state.theme = isDark() ? "light" : "dark";
    show();
    remember();
  });
  dark.addEventListener("change", show);
  window.addEventListener("hashchange", () => {
    readAddress();
    show();
  });
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((element) => { element.open = true; });
  });
  return { both, make, say };
})();
