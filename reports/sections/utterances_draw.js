// A clip of the explorer: its reference, and what each model heard, aligned with it. All text goes in as text, never as markup.
explorer.drawn = (() => {
  const { data, words, pairOf, has, asked, rateText, is, columns, hypothesis } = explorer;
  const { both, make } = page;
  const LONG = 120;
  const { utterances, rows } = data;

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

  return { clip, name };
})();
