// One message as a bubble with its inline keyboard.

import { fileUrl } from "./api.js";
import { absolute, renderText } from "./text.js";

export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// hands: {press(button, message), copy(text), command(text), edit(message)}
export function renderMessage(message, quoted, hands) {
  const mine = !message.from_bot;
  const bubble = make("div", { className: "bubble" });
  if (quoted) bubble.append(make("p", { className: "quoted", dir: "auto" }, quoted.text || quoted.kind));
  bubble.append(...attachment(message));
  if (message.text) bubble.append(make("p", { className: "text" }, renderText(message.text, message.entities, hands.command)));
  bubble.append(meta(message, mine, hands));
  const whole = make("article", { className: mine ? "message mine" : "message" }, bubble);
  whole.dataset.id = message.message_id;
  whole.setAttribute("aria-label", mine ? "You" : "Bot");
  if (message.rows.length) whole.append(inlineKeyboard(message, hands));
  return whole;
}

function meta(message, mine, hands) {
  const line = make("div", { className: "meta" });
  if (mine && message.kind === "text") {
    const edit = make("button", { type: "button", title: "Edit" }, "✎");
    edit.setAttribute("aria-label", "Edit this message");
    edit.addEventListener("click", () => hands.edit(message));
    line.append(edit);
  }
  if (message.edited_at) line.append(make("span", {}, "edited"));
  line.append(make("time", {}, new Date(message.at * 1000).toLocaleTimeString("da", { hour: "2-digit", minute: "2-digit" })));
  return line;
}

function attachment(message) {
  const content = message.content;
  switch (message.kind) {
    case "text": return [];
    case "photo": {
      const size = content.photo.at(-1);
      return [make("img", { className: "photo", src: fileUrl(size.file_id), alt: message.text || "Photo", loading: "lazy" })];
    }
    case "document": {
      const size = `${Math.max(1, Math.round(content.document.file_size / 1024))} KB`;
      const link = make("a", { className: "document", href: fileUrl(content.document.file_id), download: content.document.file_name });
      link.append("📄 ", make("bdi", {}, content.document.file_name), ` · ${size}`);
      return [link];
    }
    case "sticker": return [make("div", { className: "sticker" }, content.sticker.emoji)];
    case "voice": return [make("div", {}, `🎤 Voice message, ${content.voice.duration} s`)];
    case "poll": return [make("div", {}, `📊 ${content.poll.question} — ${content.poll.options.map((option) => option.text).join(" / ")}`)];
    case "contact": return [make("div", {}, `👤 ${content.contact.first_name} ${content.contact.phone_number}`)];
    case "location": return [make("div", {}, `📍 ${content.location.latitude}, ${content.location.longitude}`)];
    default: return [make("div", {}, `[${message.kind}]`)];
  }
}

function inlineKeyboard(message, hands) {
  const rows = message.rows.map((row) => make("div", { className: "row" }, ...row.map((button) => key(button, message, hands))));
  const keyboard = make("div", { className: "rows" }, ...rows);
  keyboard.setAttribute("role", "group");
  return keyboard;
}

function key(button, message, hands) {
  if (button.url) {
    return make("a", { href: absolute(button.url), target: "_blank", rel: "noopener noreferrer" }, `${button.text} ↗`);
  }
  const node = make("button", { type: "button" }, button.text);
  node.addEventListener("click", () => (button.copy_text ? hands.copy(button.copy_text.text) : hands.press(button, message, node)));
  return node;
}
