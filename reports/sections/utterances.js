// The utterance explorer: filters, sorts and draws the rows of the JSON block. All text goes in as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const words = JSON.parse(document.getElementById("explorer-words").textContent);
  const { both, make, say } = page;
  const PAGE = 25;
  const LONG = 200;
  const form = document.getElementById("explorer-filters");
  const list = document.getElementById("explorer-clips");
  const found = document.getElementById("explorer-found");
  const more = document.getElementById("explorer-more");
  const roleAt = (role) => data.models.findIndex((model) => model[3] === role);
  const base = roleAt("base");
  const subject = roleAt("candidate") >= 0 ? roleAt("candidate") : data.models.length - 1;
  const lengths = data.utterances.map((utterance) => Array.from(utterance[3].replaceAll(" ", "")).length);
  let shown = [];
  let drawn = 0;

  const errors = (heard) => (heard.length ? heard[1] + heard[2] + heard[3] : Infinity);
  const rate = (row, model) => errors(row[2][model]) / Math.max(lengths[row[1]], 1);

  function placeOf([, title, stratum]) {
    const named = (lang) => (stratum[lang] === title[lang] ? title[lang] : `${stratum[lang]} · ${title[lang]}`);
    return { en: named("en"), ko: named("ko") };
  }

  function choose(select, choices) {
    for (const [value, text] of choices) {
      const option = make("option");
      option.value = value;
      option.dataset.en = text.en;
      option.dataset.ko = text.ko;
      option.textContent = text[document.documentElement.lang];
      select.append(option);
    }
  }

  function fillFilters() {
    const suites = data.suites.map((suite, index) => [String(index), placeOf(suite)]);
    choose(form.elements.suite, [["", words.all_suites], ...suites]);
    choose(form.elements.model, [["", words.all_models], ...data.models.map((m, index) => [String(index), m[2]])]);
    const compared = base >= 0 && base !== subject ? ["worse", "better"] : [];
    choose(form.elements.show, ["all", "wrong", ...compared, "loops"].map((key) => [key, words[`show_${key}`]]));
    const changes = compared.length ? ["gain", "loss"] : [];
    choose(form.elements.sort, ["order", "cer", ...changes, "duration"].map((key) => [key, words[`sort_${key}`]]));
  }

  function fits(row, wish) {
    if (wish.suite !== "" && row[0] !== Number(wish.suite)) return false;
    const heard = row[2][wish.judged];
    if (wish.show === "wrong" && !(errors(heard) > 0)) return false;
    if (wish.show === "worse" && !(rate(row, wish.judged) > rate(row, base))) return false;
    if (wish.show === "better" && !(rate(row, wish.judged) < rate(row, base))) return false;
    if (wish.show === "loops" && !wish.models.some((model) => row[2][model][4])) return false;
    if (!wish.search) return true;
    const [id, speaker, , reference] = data.utterances[row[1]];
    const texts = [id, speaker, reference, ...wish.models.map((m) => (row[2][m].length ? data.pairs[row[2][m][0]][0] : ""))];
    return texts.some((text) => {
      const low = text.toLowerCase();
      return low.includes(wish.search) || low.replaceAll(" ", "").includes(wish.search.replaceAll(" ", ""));
    });
  }

  const finite = (number) => (Number.isFinite(number) ? number : 1e9);
  const orders = {
    cer: (model) => (a, b) => finite(rate(b, model)) - finite(rate(a, model)),
    gain: (model) => (a, b) => finite(rate(a, model)) - finite(rate(a, base)) - finite(rate(b, model)) + finite(rate(b, base)),
    loss: (model) => (a, b) => finite(rate(b, model)) - finite(rate(b, base)) - finite(rate(a, model)) + finite(rate(a, base)),
    duration: () => (a, b) => data.utterances[b[1]][2] - data.utterances[a[1]][2],
  };

  function search() {
    const value = (name) => form.elements[name].value;
    const one = value("model") !== "";
    const wish = {
      suite: value("suite"),
      show: value("show"),
      search: value("search").trim().toLowerCase().normalize("NFC"),
      judged: one ? Number(value("model")) : subject,
      models: one ? [Number(value("model"))] : data.models.map((_, index) => index),
    };
    shown = data.rows.filter((row) => fits(row, wish));
    const order = orders[value("sort")];
    if (order) shown.sort(order(wish.judged));
    drawn = 0;
    list.replaceChildren();
    found.replaceChildren();
    const text = shown.length ? words.found : words.none;
    both(found, text, { n: shown.length.toLocaleString("en"), all: data.rows.length.toLocaleString("en") });
    drawMore(wish.models);
  }

  function drawMore(models) {
    const next = shown.slice(drawn, drawn + PAGE);
    list.append(...next.map((row) => clip(row, models)));
    drawn += next.length;
    const left = Math.min(PAGE, shown.length - drawn);
    more.hidden = left <= 0;
    more.replaceChildren();
    both(more, words.more, { n: left });
    more.onclick = () => drawMore(models);
  }

  function clip(row, models) {
    const [id, speaker, seconds, reference] = data.utterances[row[1]];
    const item = make("li", "clip");
    const head = item.appendChild(make("p", "clip-head"));
    both(head.appendChild(make("span", "clip-suite")), placeOf(data.suites[row[0]]));
    head.append(make("span", "clip-id", id));
    if (speaker) head.append(make("span", "", speaker));
    both(head.appendChild(make("span", "num")), words.seconds, { s: seconds.toFixed(1) });
    const lines = item.appendChild(make("dl"));
    const first = lines.appendChild(make("div", "line"));
    both(first.appendChild(make("dt")), words.reference);
    first.append(make("dd", "text", reference));
    for (const model of models) lines.append(line(row, model, reference));
    return item;
  }

  function line(row, model, reference) {
    const heard = row[2][model];
    const element = make("div", "line");
    const name = element.appendChild(make("dt"));
    name.append(make("span", `dot ${data.models[model][1]}`));
    both(name, data.models[model][2]);
    const text = element.appendChild(make("dd", "text"));
    if (!heard.length) {
      both(text, words.missing);
      return element;
    }
    const [hypothesis, alignment] = data.pairs[heard[0]];
    mark(text, reference, hypothesis, alignment);
    if (hypothesis.length > LONG) fold(element, text);
    const figures = element.appendChild(make("dd", "figures num"));
    const percent = (100 * errors(heard)) / Math.max(lengths[row[1]], 1);
    figures.append(make("strong", "", lengths[row[1]] ? `${percent.toFixed(percent >= 100 ? 0 : 1)}%` : "–"));
    both(figures.appendChild(make("span", "soft")), words.counts, { s: heard[1], d: heard[2], i: heard[3] });
    if (heard[4]) both(figures.appendChild(make("span", "badge")), words.loop);
    return element;
  }

  // A long hypothesis shows three lines until asked for all.
  function fold(element, text) {
    text.classList.add("folded");
    const button = make("button", "plain");
    button.type = "button";
    both(button, words.whole);
    button.addEventListener("click", () => {
      text.classList.remove("folded");
      button.remove();
    });
    const holder = element.appendChild(make("dd", "unfold"));
    holder.append(button);
  }

  // Walks the runs of the alignment ("12=1s2d") over both texts; spaces of the hypothesis are kept where they stand.
  function mark(parent, reference, hypothesis, alignment) {
    const truth = Array.from(reference.replaceAll(" ", ""));
    const heard = Array.from(hypothesis);
    let at = 0;
    let next = 0;
    const take = (count) => {
      let text = "";
      for (let left = count; left > 0 && next < heard.length; next += 1) {
        if (heard[next] !== " ") left -= 1;
        text += heard[next];
      }
      return text;
    };
    if (!hypothesis) both(parent.appendChild(make("span", "soft")), words.empty);
    for (const [, size, kind] of alignment.matchAll(/(\d+)([=sdi])/g)) {
      const count = Number(size);
      const expected = truth.slice(at, at + count).join("");
      if (kind === "d") parent.append(make("del", "", expected));
      else {
        const gap = heard[next] === " " ? " " : "";
        if (gap) next += 1;
        parent.append(gap);
        const text = take(count);
        if (kind === "=") parent.append(text);
        else {
          const element = parent.appendChild(make(kind === "s" ? "mark" : "ins", "", text));
          if (kind === "s") element.title = words.expected[document.documentElement.lang].replace("{text}", () => expected);
        }
      }
      if (kind !== "i") at += count;
    }
  }

  fillFilters();
  document.querySelectorAll("#explorer-filters option").forEach(say);
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", search);
  search();
})();
