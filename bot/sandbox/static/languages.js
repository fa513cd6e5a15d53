// The languages a phone can be set to (Telegram sends the code with every message), by their own names.

export const LANGUAGES = [
  ["da", "Dansk"], ["en", "English"], ["ar", "العربية"], ["tr", "Türkçe"], ["kl", "Kalaallisut"], ["so", "Soomaali"],
  ["fa", "فارسی"], ["ur", "اردو"], ["uk", "Українська"], ["pl", "Polski"], ["ro", "Română"], ["bs", "Bosanski"],
  ["ku", "Kurdî"], ["ti", "ትግርኛ"], ["vi", "Tiếng Việt"], ["ps", "پښتو"],
];
const RIGHT_TO_LEFT = new Set(["ar", "fa", "ur", "ps"]);

export const direction = (code) => (RIGHT_TO_LEFT.has(code.split("-")[0]) ? "rtl" : "ltr");

export function fill(select, chosen) {
  for (const [code, name] of LANGUAGES) select.add(new Option(name, code, false, code === chosen));
  if (chosen && !LANGUAGES.some(([code]) => code === chosen)) select.add(new Option(chosen, chosen, false, true));
}
