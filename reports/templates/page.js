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
  // Tables that sort: the heading of each column but data-unsorted becomes a button; rows sort within their body, and a body marked
  // "whole" takes the body of its parts along. What has no value stays at the end; a third press gives the first order.
  function cellsOf(row) {
    return [...row.cells].flatMap((cell) => Array(cell.colSpan).fill(cell));
  }

  function columnsOf(head) {
    const filled = [];
    const columns = new Map();
    [...head.rows].forEach((row, y) => {
      let x = 0;
      for (const cell of row.cells) {
        while (filled[y]?.[x]) x += 1;
        columns.set(cell, x);
        for (let down = 0; down < cell.rowSpan; down += 1) {
          for (let along = 0; along < cell.colSpan; along += 1) (filled[y + down] ??= [])[x + along] = true;
        }
        x += cell.colSpan;
      }
    });
    return columns;
  }

  function sortable(table) {
    const columns = columnsOf(table.tHead);
    const heads = [...table.tHead.querySelectorAll("th[scope=col]:not([data-unsorted])")];
    const rows = [...table.tBodies].map((body) => [body, [...body.rows]]);
    const value = (row, x) => {
      const cell = cellsOf(row)[x];
      const text = cell.dataset.value ?? cell.textContent.trim();
      return text === "" || text === "None" ? null : Number.isNaN(Number(text)) ? text : Number(text);
    };
    const by = (x, sign) => (a, b) => {
      const [one, other] = [value(a, x), value(b, x)];
      if (one === null || other === null) return (one === null) - (other === null);
      return sign * (typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other), "ko"));
    };
    const sort = (x, sign) => {
      for (const [body, own] of rows) body.append(...(sign ? [...own].sort(by(x, sign)) : own));
      const groups = [];
      for (const [body] of rows) {
        if (body.classList.contains("parts") && groups.length) groups.at(-1).push(body);
        else groups.push([body]);
      }
      if (sign && groups.length > 1) groups.sort(([a], [b]) => by(x, sign)(a.rows[0], b.rows[0]));
      table.append(...groups.flat());
    };
    for (const head of heads) {
      const button = make("button", "sort");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
        heads.forEach((other) => other.setAttribute("aria-sort", other === head ? next : "none"));
        sort(columns.get(head), { none: 0, ascending: 1, descending: -1 }[next]);
      });
    }
  }

  document.querySelectorAll("table.sortable").forEach(sortable);
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details:not([open])").forEach((element) => {
      element.open = true;
      element.dataset.printed = "";
    });
  });
  window.addEventListener("afterprint", () => {
    document.querySelectorAll("details[data-printed]").forEach((element) => {
      element.open = false;
      delete element.dataset.printed;
    });
  });
  return { both, make, say };
})();
