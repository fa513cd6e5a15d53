// The page: all phones of the sandbox, kept up to date.

import { addPhone, listPhones, watch } from "./api.js";
import { fill } from "./languages.js";
import { Phone } from "./phone.js";

const FIRST_PHONES = ["da", "ar"];
const phones = new Map();

function update(revisions) {
  for (const [id, revision] of Object.entries(revisions)) {
    const phone = phones.get(id);
    if (!phone) addToPage();
    // A sandbox that was started anew counts from the beginning.
    else if (phone.revision !== revision) {
      if (revision < phone.revision) phone.revision = -1;
      phone.refresh().catch(() => {});
    }
  }
  for (const [id, phone] of phones) {
    if (!(id in revisions)) { phone.node.remove(); phones.delete(id); }
  }
}

async function addToPage() {
  for (const { chat_id: chatId, language_code: language } of await listPhones()) {
    const id = String(chatId);
    if (phones.has(id)) continue;
    const phone = new Phone(id, language);
    phones.set(id, phone);
    document.getElementById("phones").append(phone.node);
    await phone.refresh();
  }
}

async function start() {
  const language = document.getElementById("add-language");
  fill(language, "en");
  document.getElementById("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { chat_id: chatId } = await addPhone(language.value);
    await addToPage();
    phones.get(String(chatId)).node.scrollIntoView({ inline: "center" });
  });
  if ((await listPhones()).length === 0) for (const code of FIRST_PHONES) await addPhone(code);
  await addToPage();
  watch(update, (isOnline) => { document.getElementById("offline").hidden = isOnline; });
}

start();
