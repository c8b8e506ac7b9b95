// The utterance explorer: filters, sorts and draws the rows of the JSON block. All text goes in as text, never as
// markup. Figures come rounded, as texts; what is chosen stands in the address, beside the page's language and theme.
(() => {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const words = JSON.parse(document.getElementById("explorer-words").textContent);
  const { both, make, say } = page;
  const PAGE = 20;
  const LONG = 120;
  const MANY = 500;
  const KEYS = ["suite", "model", "show", "speaker", "tag", "sort", "q", "page"];
  const FLAGS = { wrong: 1, loop: 2, hallucination: 4, missing: 8, numbers: 16, spacing: 32 };
  const RELATIONS = ["worse", "better", "fixed", "broken"];
  const form = document.getElementById("explorer-filters");
  const list = document.getElementById("explorer-clips");
  const found = document.getElementById("explorer-found");
  const pages = document.getElementById("explorer-pages");
  const section = document.getElementById("utterances");
  const { utterances, pairs, rates, rows } = data;
  const roleAt = (role) => data.models.findIndex((model) => model[3] === role);
  const base = roleAt("base");
  const subject = roleAt("candidate") >= 0 ? roleAt("candidate") : data.models.length - 1;
  const order = rows.suite.map((_, row) => row);
  let shown = [];
  let at = 0;

  const pairOf = (row, model) => rows.heard[model][3 * row];
  const flagsOf = (row, model) => rows.heard[model][3 * row + 2];
  const has = (row, model, flag) => (flagsOf(row, model) & FLAGS[flag]) !== 0;
  const asked = (row, model) => pairOf(row, model) > -2;
  const rateText = (row, model) => (rows.heard[model][3 * row + 1] < 0 ? "–" : `${rates.text[rows.heard[model][3 * row + 1]]}%`);

  function rate(row, model) {
    const index = rows.heard[model][3 * row + 1];
    return index < 0 ? (has(row, model, "wrong") ? 1e9 : 0) : rates.value[index];
  }

  // What is true of a row for one model, base being the one that it is compared with.
  function is(row, model, name) {
    if (!asked(row, model)) return false;
    if (name in FLAGS) return has(row, model, name);
    if (base < 0 || base === model || !asked(row, base)) return false;
    if (name === "worse") return rate(row, model) > rate(row, base);
    if (name === "better") return rate(row, model) < rate(row, base);
    if (name === "fixed") return has(row, base, "wrong") && !has(row, model, "wrong") && !has(row, model, "missing");
    return !has(row, base, "wrong") && has(row, model, "wrong");
  }

  // ---- texts

  function sizes(runs) {
    return [...runs.matchAll(/(\d+)([=sdi])/g)].map(([, size, kind]) => [Number(size), kind]);
  }

  function spaced(text) {
    const starts = new Set();
    let place = 0;
    for (const character of text) {
      if (character === " ") starts.add(place);
      else place += 1;
    }
    return starts;
  }

  // The columns of an alignment: [kind, reference syllable, hypothesis syllable, space in reference, in hypothesis].
  function columns(reference, pair) {
    const truth = Array.from(reference.replaceAll(" ", ""));
    const gaps = spaced(reference);
    const heard = Array.from(pairs.heard[pair]);
    const changed = new Set();
    let sum = 0;
    for (const step of pairs.gaps[pair] ? pairs.gaps[pair].split(",") : []) changed.add((sum += Number(step)));
    const made = [];
    let [first, said, next] = [0, 0, 0];
    const runs = pairs.runs[pair] || (pairs.heard[pair] ? "" : `${truth.length}=`);
    for (const [size, kind] of sizes(runs)) {
      for (let step = 0; step < size; step += 1) {
        const expected = kind === "i" ? "" : truth[first];
        const before = kind !== "i" && gaps.has(first) && first > 0;
        let word = "";
        let space = false;
        if (kind !== "d") {
          word = kind === "=" ? expected : heard[next++];
          space = (before !== changed.has(said)) && said > 0;
          said += 1;
        }
        if (kind !== "i") first += 1;
        made.push([kind, expected, word, before, space]);
      }
    }
    return made;
  }

  const hypothesis = (made) => made.map(([, , word, , space]) => (space ? ` ${word}` : word)).join("");

  // Spaces, case and the letters of a syllable that is not typed to its end make no difference to a search.
  const ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
  function folded(text) {
    return text.toLowerCase().normalize("NFD").replace(/\s+/g, "").replace(/[ㄱ-ㅎ]/g, (letter) => {
      const place = ONSETS.indexOf(letter);
      return place < 0 ? letter : String.fromCharCode(0x1100 + place);
    });
  }

  const foldedPairs = new Map();
  const foldedClips = [];
  function hearsText(row, model, wanted) {
    const pair = pairOf(row, model);
    if (pair < 0) return false;
    if (!foldedPairs.has(pair)) foldedPairs.set(pair, folded(hypothesis(columns(utterances.reference[rows.utterance[row]], pair))));
    return foldedPairs.get(pair).includes(wanted);
  }

  function clipHasText(clip, wanted) {
    foldedClips[clip] ??= [utterances.id[clip], data.speakers[utterances.speaker[clip]], utterances.reference[clip]].map(folded);
    return foldedClips[clip].some((text) => text.includes(wanted));
  }

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

  // ---- drawing

  function clip(row, models) {
    const number = rows.utterance[row];
    const suite = data.suites[rows.suite[row]];
    const item = make("li", "clip");
    item.tabIndex = -1;
    const head = item.appendChild(make("p", "clip-head"));
    const place = head.appendChild(make("span", "clip-suite"));
    if (suite[3].en !== suite[1].en) {
      both(place, suite[3]);
      place.append(" · ");
    }
    both(place, suite[1]);
    head.append(make("bdi", "clip-id", utterances.id[number]));
    const speaker = data.speakers[utterances.speaker[number]];
    if (speaker) head.append(make("bdi", "", speaker));
    both(head.appendChild(make("span", "num")), words.seconds, { s: utterances.seconds[number] });
    for (const tag of utterances.tags[number]) head.append(make("bdi", "tag", data.tags[tag].join(": ")));
    const reference = utterances.reference[number];
    const first = item.appendChild(make("div", "line"));
    both(first.appendChild(make("span", "who")), words.reference);
    const truth = first.appendChild(make("bdi", "text"));
    if (!reference) both(truth, words.nothing_said);
    else whole(first, truth, reference);
    for (const model of models.filter((one) => asked(row, one))) item.append(line(row, model, reference));
    if (data.sounds[row]) item.append(player(data.sounds[row], utterances.id[number]));
    return item;
  }

  function line(row, model, reference) {
    const element = make("div", "line");
    const name = element.appendChild(make("span", "who"));
    name.append(make("span", `dot ${data.models[model][1]}`));
    both(name, data.models[model][2]);
    const pair = pairOf(row, model);
    const made = pair < 0 ? [] : columns(reference, pair);
    const text = element.appendChild(make("div", "text"));
    if (pair < 0) both(text, words.missing_text);
    else if (!has(row, model, "wrong") && !has(row, model, "spacing") && made.every(([kind]) => kind === "=")) whole(element, text.appendChild(make("bdi", "soft")), reference);
    else drawAligned(text, made, 0);
    const figures = element.appendChild(make("p", "figures num"));
    figures.append(make("strong", "", rateText(row, model)));
    const count = (kind) => made.filter((column) => column[0] === kind).length;
    if (has(row, model, "wrong") && pair >= 0) both(figures.appendChild(make("span", "soft")), words.counts, { s: count("s"), d: count("d"), i: count("i") });
    for (const key of badges(row, model)) both(figures.appendChild(make("span", `badge ${key}`)), words[`badge_${key}`]);
    return element;
  }

  function badges(row, model) {
    const flags = ["missing", "loop", "hallucination", "numbers", "spacing"].filter((key) => is(row, model, key));
    const change = ["fixed", "broken", "better", "worse"].find((key) => is(row, model, key));
    const right = !["wrong", "missing", "spacing"].some((key) => has(row, model, key));
    if (right && change !== "fixed") flags.unshift("right");
    return change ? [change, ...flags] : flags;
  }

  // What a screen reader says instead of the three rows: the text, then what is wrong in it.
  function spoken(made) {
    const holder = make("p", "unseen-text");
    const text = hypothesis(made);
    if (text) holder.append(make("bdi", "heard", text));
    else both(holder, words.empty);
    const wrong = [];
    made.forEach(([kind, expected, word], index) => {
      if (kind === "=") return;
      const last = wrong[wrong.length - 1];
      if (last && last.kind === kind && last.end === index) Object.assign(last, { expected: last.expected + expected, word: last.word + word, end: index + 1 });
      else wrong.push({ kind, expected, word, end: index + 1 });
    });
    for (const { kind, expected, word } of wrong.slice(0, 20)) {
      holder.append(" ");
      both(holder, words[`said_${kind}`], { expected, word });
    }
    return holder;
  }

  // Reference, marks and hypothesis, a column a syllable, or a run of right ones in a word, so that they wrap together.
  const SIGNS = { "=": "", s: "≠", d: "−", i: "+" };
  function drawAligned(parent, made, from) {
    const end = Math.min(made.length, from + (from ? 4 * LONG : LONG));
    parent.append(spoken(made.slice(from, end)));
    const rowsOf = parent.querySelector(".aligned") || parent.appendChild(make("div", "aligned"));
    rowsOf.setAttribute("aria-hidden", "true");
    let word = rowsOf.appendChild(make("span", "w"));
    let same = "";
    const close = () => {
      if (same) word.append(column("", same, "", same));
      same = "";
    };
    for (let index = from; index < end; index += 1) {
      const [kind, expected, heard, before, space] = made[index];
      const respaced = before !== space && (kind === "=" || kind === "s");
      if (index && (before || space)) {
        close();
        word.append(column(respaced ? "gap g" : "gap", "", respaced ? "⎵" : "", ""));
        word = rowsOf.appendChild(make("span", "w"));
      }
      if (kind === "=") same += expected;
      else {
        close();
        word.append(column(kind, expected, SIGNS[kind], heard));
      }
    }
    close();
    if (end < made.length) {
      const button = make("button", "plain");
      button.type = "button";
      both(button, words.more, { n: (made.length - end).toLocaleString("en") });
      button.addEventListener("click", () => {
        button.remove();
        drawAligned(parent, made, end);
      });
      parent.append(button);
    }
  }

  function column(kind, expected, sign, word) {
    const element = make("span", `c ${kind}`);
    element.append(make("bdi", "", expected || "\u00a0"), make("b", "", sign || "\u00a0"), make("bdi", "", word || "\u00a0"));
    return element;
  }

  // A long text shows its beginning until asked for all.
  function whole(parent, holder, text) {
    holder.textContent = text.length > LONG ? `${Array.from(text).slice(0, LONG).join("")} …` : text;
    if (text.length <= LONG) return;
    const button = make("button", "plain");
    button.type = "button";
    both(button, words.whole);
    button.addEventListener("click", () => {
      holder.textContent = text;
      button.remove();
    });
    parent.append(button);
  }

  function player(sound, id) {
    const holder = make("div", "sound");
    const audio = holder.appendChild(make("audio"));
    audio.controls = true;
    audio.preload = "none";
    audio.src = sound.audio;
    audio.dataset.labelEn = words.listen.en.replace("{id}", () => id);
    audio.dataset.labelKo = words.listen.ko.replace("{id}", () => id);
    const figure = holder.appendChild(make("figure", "spectrogram"));
    const picture = figure.appendChild(make("img"));
    picture.src = sound.picture;
    picture.dataset.altEn = words.spectrogram.en;
    picture.dataset.altKo = words.spectrogram.ko;
    for (const key of ["En", "Ko"]) {
      for (const fact of ["seconds", "khz", "below"]) picture.dataset[`alt${key}`] = picture.dataset[`alt${key}`].replace(`{${fact}}`, () => sound[fact]);
    }
    figure.append(make("span", "axis high num", `${sound.khz} kHz`), make("span", "axis low num", "0"), make("span", "axis end num", `${sound.seconds} s`));
    name(holder);
    return holder;
  }

  function name(parent) {
    const lang = document.documentElement.lang;
    const key = lang === "en" ? "En" : "Ko";
    parent.querySelectorAll("[data-alt-en]").forEach((picture) => { picture.alt = picture.dataset[`alt${key}`]; });
    parent.querySelectorAll("[data-label-en]").forEach((element) => {
      element.setAttribute("aria-label", element.dataset[`label${key}`]);
      if (element.tagName === "OPTGROUP") element.label = element.dataset[`label${key}`];
    });
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
