// A message's text with its entities as DOM nodes. Offsets are UTF-16 units, as JavaScript counts.

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
// Phones link numbers themselves: +45 12 34 56 78, 12 34 56 78, 1234 5678, 12345678.
const NUMBER = /(?<![\d.])(?:\+\d{1,3}[ \u00a0]?)?(?:\d{2}[ \u00a0]\d{2}[ \u00a0]\d{2}[ \u00a0]\d{2}|\d{4}[ \u00a0]\d{4}|\d{8})(?![\d.]\d|\d)/g;

export function renderText(text, entities, onCommand) {
  const known = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const nodes = build(text, 0, text.length, known, onCommand);
  const whole = document.createDocumentFragment();
  whole.append(...nodes);
  return whole;
}

function build(text, start, end, entities, onCommand) {
  const nodes = [];
  let position = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset < position || stop <= entity.offset) continue;
    nodes.push(...plain(text.slice(position, entity.offset)));
    const inner = entities.slice(index + 1).filter((other) => other.offset < stop);
    nodes.push(element(entity, text.slice(entity.offset, stop), build(text, entity.offset, stop, inner, onCommand), onCommand));
    position = stop;
  }
  nodes.push(...plain(text.slice(position, end)));
  return nodes;
}

function plain(text) {
  const nodes = [];
  let position = 0;
  for (const match of text.matchAll(NUMBER)) {
    nodes.push(text.slice(position, match.index), numberLink(match[0]));
    position = match.index + match[0].length;
  }
  nodes.push(text.slice(position));
  return nodes.filter((node) => node !== "");
}

function numberLink(shown) {
  const link = document.createElement("a");
  link.href = `tel:${shown.replace(/[^\d+]/g, "")}`;
  link.dir = "ltr";
  link.textContent = shown;
  return link;
}

function element(entity, shown, children, onCommand) {
  if (entity.type === "bot_command") return command(shown, onCommand);
  if (entity.type === "phone_number") return numberLink(shown);
  if (entity.type === "spoiler") return spoiler(children);
  const address = { url: shown, email: `mailto:${shown}`, text_link: entity.url }[entity.type];
  const node = document.createElement(address ? "a" : TAGS[entity.type] ?? "span");
  if (address) Object.assign(node, { href: absolute(address), target: "_blank", rel: "noopener noreferrer" });
  node.append(...(address && entity.type !== "text_link" ? [shown] : children));
  return node;
}

export function absolute(address) {
  return /^(https?:|mailto:|tg:)/i.test(address) ? address : `http://${address}`;
}

function command(shown, onCommand) {
  const link = document.createElement("a");
  link.href = "#";
  link.textContent = shown;
  link.addEventListener("click", (event) => { event.preventDefault(); onCommand(shown); });
  return link;
}

function spoiler(children) {
  const cover = document.createElement("button");
  cover.type = "button";
  cover.className = "spoiler";
  cover.setAttribute("aria-label", "Hidden text: press to show");
  cover.addEventListener("click", () => { cover.classList.add("shown"); cover.removeAttribute("aria-label"); });
  cover.append(...children);
  return cover;
}
