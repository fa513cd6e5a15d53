// The sandbox's phone API: /phone/api/...

const BASE = "/phone/api";

async function call(method, path, body) {
  const headers = body === undefined || body instanceof FormData ? {} : { "Content-Type": "application/json" };
  const payload = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
  const answer = await fetch(BASE + path, { method, headers, body: payload });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error);
  return value;
}

export const listPhones = () => call("GET", "/phones");
export const addPhone = (language) => call("POST", "/phones", { language_code: language });
export const showPhone = (id) => call("GET", `/phones/${id}`);
export const setLanguage = (id, language) => call("PATCH", `/phones/${id}`, { language_code: language });
export const act = (id, name, fields = {}) => call("POST", `/phones/${id}/${name}`, fields);
export const fileUrl = (fileId) => `${BASE}/files/${encodeURIComponent(fileId)}`;

export function upload(id, file, caption) {
  const form = new FormData();
  form.append("file", file, file.name);
  form.append("caption", caption);
  const isPhoto = /^image\/(png|jpeg|gif)$/.test(file.type);
  return call("POST", `/phones/${id}/${isPhoto ? "photo" : "document"}`, form);
}

// Calls `changed` with {chat id: revision} at the start and whenever a phone changed; reconnects by itself.
export function watch(changed, setOnline) {
  const source = new EventSource(`${BASE}/events`);
  source.onmessage = (event) => { setOnline(true); changed(JSON.parse(event.data)); };
  source.onerror = () => setOnline(false);
}
