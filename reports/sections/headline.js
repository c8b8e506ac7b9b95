// The headline table: suites fold under their stratum.
(() => {
  const { make } = page;
  const table = document.querySelector("table.folding");
  const bar = document.querySelector(".fold-all");
  const [open, close] = bar.querySelectorAll("button");
  const folds = [...table.querySelectorAll("tbody.parts")].map(fold);

  function fold(parts) {
    const head = parts.previousElementSibling.querySelector("th");
    const button = make("button", "fold");
    const arrow = make("span", "arrow");
    arrow.setAttribute("aria-hidden", "true");
    button.type = "button";
    button.setAttribute("aria-controls", parts.id);
    button.append(arrow, head.querySelector(".name"), make("span", "soft num", ` ${parts.rows.length}`));
    head.prepend(button);
    button.addEventListener("click", () => {
      set({ parts, button }, parts.hidden);
      tell();
    });
    return { parts, button };
  }

  function set({ parts, button }, shown) {
    parts.hidden = !shown;
    button.setAttribute("aria-expanded", String(shown));
  }

  function tell() {
    open.hidden = folds.every(({ parts }) => !parts.hidden);
    close.hidden = !open.hidden;
  }

  function setAll(shown) {
    folds.forEach((one) => set(one, shown));
    tell();
  }

  open.addEventListener("click", () => setAll(true));
  close.addEventListener("click", () => setAll(false));
  setAll(false);
  bar.hidden = folds.length < 2;
})();
