// One phone: its chat with the bot, its keyboards and its menu.

import * as api from "./api.js";
import { make, renderMessage } from "./bubble.js";
import { direction, fill } from "./languages.js";

const LATE_S = 5; // an update that waits longer than this: the bot does not answer
const ACTS = [
  ["Send a sticker", "sticker"], ["Send a voice message", "voice"], ["Send my contact", "contact"],
  ["Send a location", "location"], ["Send a poll", "poll"],
];

export class Phone {
  constructor(id, language) {
    this.id = id;
    this.revision = -1;
    this.shown = new Map(); // message id -> {state, node}
    this.noticesSeen = null;
    this.keyboardState = "null";
    this.followsEnd = true; // until the person scrolls up
    this.editing = null;
    this.node = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.node.dataset.chatId = id;
    fill(this.part(".language"), language);
    this.buildMenu();
    this.listen();
  }

  part(selector) { return this.node.querySelector(selector); }

  listen() {
    const log = this.part(".log");
    // At the end of a movement: a message may change while the log still glides down.
    log.addEventListener("scrollend", () => { this.followsEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80; });
    const typed = this.part(".typed");
    this.part(".composer").addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    typed.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
      if (event.key === "Escape") this.stopEditing();
    });
    typed.addEventListener("input", () => { typed.rows = Math.min(5, typed.value.split("\n").length); });
    this.part(".file").addEventListener("change", (event) => this.sendFiles(event.target));
    this.part(".start").addEventListener("click", () => this.do("start"));
    this.part(".unblock").addEventListener("click", () => this.do("unblock"));
    this.part(".cancel").addEventListener("click", () => this.stopEditing());
    this.part(".language").addEventListener("change", (event) => this.try(() => api.setLanguage(this.id, event.target.value)));
    this.toggle(".keyboard-toggle", ".keys");
    this.toggle(".commands-toggle", ".commands");
  }

  toggle(button, panel) {
    this.part(button).addEventListener("click", () => this.open(button, panel, this.part(panel).hidden));
  }

  open(button, panel, isOpen) {
    this.part(panel).hidden = !isOpen;
    this.part(button).setAttribute("aria-expanded", String(isOpen));
  }

  buildMenu() {
    const items = this.part(".menu .items");
    for (const [label, name] of ACTS) items.append(this.menuItem(label, () => this.do(name)));
    this.blockItem = this.menuItem("Block the bot", () => this.do(this.blockItem.dataset.act));
    items.append(this.blockItem);
  }

  menuItem(label, action) {
    const item = make("button", { type: "button" }, label);
    item.addEventListener("click", () => { this.part(".menu").open = false; action(); });
    return item;
  }

  async try(action) {
    try {
      return await action();
    } catch (error) {
      this.toast(error.message);
      return null;
    }
  }

  do(name, fields) { return this.try(() => api.act(this.id, name, fields)); }

  async send() {
    const typed = this.part(".typed");
    const text = typed.value;
    if (!text.trim()) return;
    typed.value = "";
    typed.rows = 1;
    const edited = this.editing;
    this.stopEditing();
    if (edited) await this.do("edit", { message_id: edited.message_id, text });
    else await this.do("text", { text });
  }

  async sendFiles(input) {
    const typed = this.part(".typed");
    for (const file of input.files) {
      await this.try(() => api.upload(this.id, file, typed.value));
      typed.value = "";
    }
    input.value = "";
  }

  edit(message) {
    this.editing = message;
    this.part(".editing").hidden = false;
    this.part(".typed").value = message.text;
    this.part(".typed").focus();
  }

  stopEditing() {
    if (this.editing) this.part(".typed").value = "";
    this.editing = null;
    this.part(".editing").hidden = true;
  }

  async press(button, message, node) {
    node.setAttribute("aria-busy", "true");
    await this.do("press", { message_id: message.message_id, button: button.callback_data ?? button.text });
    setTimeout(() => node.removeAttribute("aria-busy"), 600);
  }

  async copy(text) {
    await this.try(() => navigator.clipboard.writeText(text));
    this.toast("Copied");
  }

  toast(text) {
    const toast = this.part(".toast");
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { toast.hidden = true; }, 4000);
  }

  async refresh() {
    const state = await api.showPhone(this.id);
    if (state.revision < this.revision) return;
    this.revision = state.revision;
    this.show(state);
    clearTimeout(this.again);
    // Confirmed updates and the end of "typing" change no revision.
    if (state.waiting_since || state.is_typing) this.again = setTimeout(() => this.refresh().catch(() => {}), 1500);
  }

  show(state) {
    this.node.dir = direction(state.language_code);
    this.node.setAttribute("aria-label", `${state.name}, ${state.language_code}`);
    this.part(".language").value = state.language_code;
    this.part(".name").textContent = `${state.bot.name} · ${state.name}`;
    this.part(".avatar").textContent = state.bot.name.slice(0, 1);
    this.showStatus(state);
    this.showMessages(state);
    this.showKeyboard(state);
    this.showCommands(state);
    this.showNotices(state);
    const unreached = !state.is_started || state.is_blocked;
    this.part(".start").hidden = state.is_started;
    this.part(".unblock").hidden = !state.is_started || !state.is_blocked;
    this.part(".composer").hidden = unreached;
    this.blockItem.textContent = state.is_blocked ? "Unblock the bot" : "Block the bot";
    this.blockItem.dataset.act = state.is_blocked ? "unblock" : "block";
  }

  showStatus(state) {
    const isLate = state.waiting_since !== null && Date.now() / 1000 - state.waiting_since > LATE_S;
    const status = this.part(".status");
    const text = state.is_typing ? "typing …" : isLate ? "The bot does not answer" : "bot";
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("late", isLate && !state.is_typing);
  }

  showMessages(state) {
    const log = this.part(".log");
    const byId = new Map(state.messages.map((message) => [message.message_id, message]));
    for (const [id, { node }] of this.shown) {
      if (!byId.has(id)) { node.remove(); this.shown.delete(id); }
    }
    let hasNew = false;
    for (const message of state.messages) hasNew = this.showMessage(message, byId.get(message.reply_to), log) || hasNew;
    this.showAbout(state, log);
    if (this.followsEnd || hasNew) log.scrollTop = log.scrollHeight;
  }

  showMessage(message, quoted, log) {
    const before = this.shown.get(message.message_id);
    const state = JSON.stringify([message, quoted]);
    if (before?.state === state) return false;
    const hands = {
      press: (button, pressed, node) => this.press(button, pressed, node),
      copy: (text) => this.copy(text),
      command: (text) => this.do("text", { text }),
      edit: (edited) => this.edit(edited),
    };
    const node = renderMessage(message, quoted, hands);
    if (before) before.node.replaceWith(node);
    else log.append(node);
    this.shown.set(message.message_id, { state, node });
    return !before;
  }

  showAbout(state, log) {
    log.querySelector(".about")?.remove();
    if (state.messages.length === 0 && state.bot.description) log.append(make("p", { className: "about" }, state.bot.description));
  }

  showKeyboard(state) {
    const keyboardState = JSON.stringify(state.keyboard);
    const keys = this.part(".keys");
    const canType = state.is_started && !state.is_blocked;
    this.part(".keyboard-toggle").hidden = !state.keyboard;
    this.part(".typed").placeholder = state.keyboard?.input_field_placeholder ?? "Message";
    if (!canType) keys.hidden = true;
    if (keyboardState === this.keyboardState) return;
    this.keyboardState = keyboardState;
    const rows = (state.keyboard?.keyboard ?? []).map((row) =>
      make("div", { className: "row" }, ...row.map((button) => this.replyKey(button, state.keyboard))));
    keys.replaceChildren(...rows);
    this.open(".keyboard-toggle", ".keys", state.keyboard !== null);
  }

  replyKey(button, keyboard) {
    const node = make("button", { type: "button" }, button.text);
    node.addEventListener("click", () => {
      if (button.request_contact) this.do("contact");
      else if (button.request_location) this.do("location");
      else this.do("text", { text: button.text });
      if (keyboard.one_time_keyboard) this.open(".keyboard-toggle", ".keys", false);
    });
    return node;
  }

  showCommands(state) {
    this.part(".commands-toggle").hidden = state.commands.length === 0;
    const items = state.commands.map(({ command, description }) => {
      const item = make("button", { type: "button" }, make("bdi", {}, description), make("code", { dir: "ltr" }, `/${command}`));
      item.addEventListener("click", () => { this.open(".commands-toggle", ".commands", false); this.do("text", { text: `/${command}` }); });
      return item;
    });
    this.part(".commands").replaceChildren(...items);
  }

  showNotices(state) {
    const fresh = this.noticesSeen === null ? [] : state.notices.slice(this.noticesSeen);
    this.noticesSeen = state.notices.length;
    for (const notice of fresh) {
      if (!notice.is_alert) { this.toast(notice.text); continue; }
      const dialog = this.part(".alert");
      dialog.querySelector("p").textContent = notice.text;
      if (!dialog.open) dialog.showModal();
    }
  }
}
