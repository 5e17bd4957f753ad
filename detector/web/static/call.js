// Calls to the server. Errors carry the detail of its problem+json.

async function answered(response) {
  if (response.ok) return response;
  let detail = `the server answered ${response.status}`;
  if ((response.headers.get("content-type") || "").includes("json")) detail = (await response.json()).detail || detail;
  throw new Error(detail);
}

async function sent(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Error("the server does not answer: is detector serve still running?");
  }
}

export async function get(path) {
  return (await answered(await sent(path, {}))).json();
}

export async function post(path, value) {
  const headers = { "content-type": "application/json" };
  return (await answered(await sent(path, { method: "POST", headers, body: JSON.stringify(value) }))).json();
}

export async function postBytes(path, bytes) {
  const headers = { "content-type": "application/octet-stream" };
  return (await answered(await sent(path, { method: "POST", headers, body: bytes }))).json();
}

/** Let the user save a text as a file. */
export function save(name, text, type = "text/plain") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
