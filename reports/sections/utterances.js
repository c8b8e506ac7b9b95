// The utterance explorer: filters, sorts and pages the rows of the JSON block. What is chosen stands in the address,
// beside the page's language and theme. It rests on utterances_data.js and utterances_draw.js.
(() => {
  const { data, words, FLAGS, base, subject, rate, is, folded, hearsText, clipHasText } = explorer;
  const { clip, name } = explorer.drawn;
  const { both, make, say } = page;
  const PAGE = 20;
  const MANY = 500;
  const KEYS = ["suite", "model", "show", "speaker", "tag", "sort", "q", "page"];
  const RELATIONS = ["worse", "better", "fixed", "broken"];
  const form = document.getElementById("explorer-filters");
  const list = document.getElementById("explorer-clips");
  const found = document.getElementById("explorer-found");
  const pages = document.getElementById("explorer-pages");
  const section = document.getElementById("utterances");
  const { utterances, rows } = data;
  const order = rows.suite.map((_, row) => row);
  let shown = [];
  let at = 0;

  // ---- choosing

  function option(value, text) {
    const element = make("option");
    element.value = value;
    element.dataset.en = text.en;
    element.dataset.ko = text.ko;
    say(element);
    return element;
  }

  const plain = (text) => ({ en: text, ko: text });

  function fill(select, choices) {
    select.append(...choices.map(([value, text]) => option(value, text)));
    select.closest("label").hidden = choices.length < 3 && select.name !== "suite";
  }

  function fillFilters() {
    fill(form.elements.suite, [["", words.all_suites]]);
    for (const stratum of new Set(data.suites.map((suite) => suite[2]))) {
      const group = form.elements.suite.appendChild(make("optgroup"));
      const own = data.suites.filter((suite) => suite[2] === stratum);
      group.label = own[0][3][document.documentElement.lang];
      group.dataset.labelEn = own[0][3].en;
      group.dataset.labelKo = own[0][3].ko;
      const whole = { en: words.whole_stratum.en.replace("{name}", () => own[0][3].en), ko: words.whole_stratum.ko.replace("{name}", () => own[0][3].ko) };
      if (own.length > 1) group.append(option(`*${stratum}`, whole));
      group.append(...own.map((suite) => option(suite[0], suite[1])));
    }
    fill(form.elements.model, [["", words.all_models], ...data.models.map((model) => [model[0], model[2]])]);
    const some = (name) => rows.heard.some((heard) => heard.some((value, index) => index % 3 === 2 && value & FLAGS[name]));
    const flags = Object.keys(FLAGS).filter(some);
    const related = base >= 0 && data.models.length > 1 ? RELATIONS : [];
    fill(form.elements.show, ["", ...flags.slice(0, 1), ...related, ...flags.slice(1)].map((key) => [key, words[`show_${key || "all"}`]]));
    fill(form.elements.sort, ["", "cer", ...(related.length ? ["gain", "loss"] : []), "duration"].map((key) => [key, words[`sort_${key || "order"}`]]));
    const speakers = [...new Set(data.speakers)].filter(Boolean).sort();
    fill(form.elements.speaker, [["", words.anyone], ...(speakers.length <= MANY ? speakers : []).map((name) => [name, plain(name)])]);
    fill(form.elements.tag, [["", words.any_tag], ...data.tags.slice(0, MANY).map(([name, value]) => [`${name}=${value}`, plain(`${name}: ${value}`)])]);
  }

  function wish() {
    const value = (name) => form.elements[name].value;
    const model = data.models.findIndex((one) => one[0] === value("model"));
    const stratum = value("suite").startsWith("*") ? value("suite").slice(1) : "";
    const suites = new Set(data.suites.flatMap((suite, index) => (!value("suite") || (stratum ? suite[2] === stratum : suite[0] === value("suite")) ? [index] : [])));
    return {
      suites, model, show: value("show"), sort: value("sort"), wanted: folded(value("q")),
      speaker: value("speaker") ? data.speakers.indexOf(value("speaker")) : -1,
      tag: value("tag") ? data.tags.findIndex(([name, one]) => `${name}=${one}` === value("tag")) : -1,
      judged: model >= 0 ? model : subject,
      models: model >= 0 ? [model] : data.models.map((_, index) => index),
    };
  }

  function fits(row, wish) {
    const clip = rows.utterance[row];
    if (!wish.suites.has(rows.suite[row])) return false;
    if (wish.speaker >= 0 && utterances.speaker[clip] !== wish.speaker) return false;
    if (wish.tag >= 0 && !utterances.tags[clip].includes(wish.tag)) return false;
    if (wish.show) {
      const judged = wish.show in FLAGS && wish.show !== "wrong" ? wish.models : [wish.judged];
      if (!judged.some((model) => is(row, model, wish.show))) return false;
    }
    return !wish.wanted || clipHasText(clip, wish.wanted) || wish.models.some((model) => hearsText(row, model, wish.wanted));
  }

  const gain = (row, model) => rate(row, base) - rate(row, model);
  const orders = {
    cer: (model) => (a, b) => rate(b, model) - rate(a, model),
    gain: (model) => (a, b) => gain(b, model) - gain(a, model),
    loss: (model) => (a, b) => gain(a, model) - gain(b, model),
    duration: () => (a, b) => Number(utterances.seconds[rows.utterance[b]]) - Number(utterances.seconds[rows.utterance[a]]),
  };

  function search() {
    const wanted = wish();
    shown = order.filter((row) => fits(row, wanted));
    if (orders[wanted.sort]) shown.sort(orders[wanted.sort](wanted.judged));
    at = Math.max(0, Math.min(at, Math.ceil(shown.length / PAGE) - 1));
    list.replaceChildren(...shown.slice(at * PAGE, (at + 1) * PAGE).map((row) => clip(row, wanted.models)));
    list.start = at * PAGE + 1;
    found.replaceChildren();
    both(found, shown.length ? words.found : words.none, { n: shown.length.toLocaleString("en"), all: order.length.toLocaleString("en") });
    drawPages();
  }

  function drawPages() {
    const last = Math.ceil(shown.length / PAGE) - 1;
    pages.hidden = last < 1;
    pages.replaceChildren();
    const turn = (key, place) => {
      const button = pages.appendChild(make("button"));
      button.type = "button";
      button.disabled = place < 0 || place > last || place === at;
      both(button, words[key]);
      button.addEventListener("click", () => {
        at = place;
        search();
        remember(true);
        (list.firstElementChild || list).focus();
        list.scrollIntoView({ block: "start" });
      });
    };
    turn("first", 0);
    turn("previous", at - 1);
    both(pages.appendChild(make("span", "num")), words.page, { n: at + 1, all: last + 1 });
    turn("next", at + 1);
    turn("last", last);
  }

  // ---- the address

  const address = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");

  function remember(push) {
    const wanted = address();
    KEYS.forEach((key) => wanted.delete(key));
    for (const key of KEYS.slice(0, -1)) if (form.elements[key].value) wanted.set(key, form.elements[key].value);
    if (at) wanted.set("page", String(at + 1));
    if (!wanted.has("lang")) wanted.set("lang", document.documentElement.lang);
    if (`#${wanted}` === location.hash) return;
    try {
      if (push) history.pushState(null, "", `#${wanted}`);
      else history.replaceState(null, "", `#${wanted}`);
    } catch {
      // Some viewers forbid it for files: the explorer works all the same.
    }
  }

  // Takes what the address says; one that says nothing of the explorer (a section's name) leaves it as it is.
  function readAddress() {
    if (location.hash && !location.hash.includes("=")) return;
    const wanted = address();
    for (const key of KEYS.slice(0, -1)) {
      const value = wanted.get(key) || "";
      const field = form.elements[key];
      field.value = value;
      if (field.tagName === "SELECT" && field.selectedIndex < 0) field.value = "";
    }
    at = Math.max(0, (Number.parseInt(wanted.get("page"), 10) || 1) - 1);
    search();
  }

  function keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, audio, input, select")) return;
    const clips = [...list.children];
    const here = clips.indexOf(document.activeElement.closest(".clip"));
    const goal = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: clips.length - 1 }[event.key];
    if (here >= 0 && goal !== undefined && clips[goal]) {
      event.preventDefault();
      clips[goal].focus();
    }
  }

  fillFilters();
  form.hidden = false;
  let waiting = 0;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    at = 0;
    clearTimeout(waiting);
    const typed = event.target.name === "q";
    waiting = setTimeout(() => { search(); remember(!typed); }, typed ? 150 : 0);
  });
  form.addEventListener("reset", () => setTimeout(() => { at = 0; search(); remember(true); }));
  list.addEventListener("keydown", keys);
  list.addEventListener("focusin", (event) => {
    [...list.children].forEach((one) => { one.tabIndex = one.contains(event.target) ? 0 : -1; });
  });
  window.addEventListener("popstate", readAddress);
  for (const id of ["language", "theme"]) document.getElementById(id)?.addEventListener("click", () => { name(section); remember(false); });
  const linked = KEYS.some((key) => address().has(key));
  readAddress();
  search();
  if (list.firstElementChild) list.firstElementChild.tabIndex = 0;
  name(section);
  if (linked) section.scrollIntoView();
})();
