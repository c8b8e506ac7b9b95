// The explorer's data, and what is true of a row: figures come rounded, as texts, and texts as differences.
const explorer = (() => {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const words = JSON.parse(document.getElementById("explorer-words").textContent);
  const FLAGS = { wrong: 1, loop: 2, hallucination: 4, missing: 8, numbers: 16, spacing: 32 };
  const { utterances, pairs, rates, rows } = data;
  const [base, subject] = data.compared;

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

  return { data, words, FLAGS, base, subject, pairOf, has, asked, rate, rateText, is, columns, hypothesis, folded, hearsText, clipHasText };
})();
