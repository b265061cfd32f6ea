// The SHA-256 of a file, computed here: by the browser where it can, piece by piece otherwise. Nothing is sent anywhere.

import { Sha256 } from "./sha256.js";

const PIECE = 4 * 1024 * 1024;
const AT_ONCE = 64 * 1024 * 1024;

/** Return the digest of a File as 64 lower-case digits; `progress` hears the share done, 0 to 1. */
export async function digest(file, progress = () => {}) {
  if (globalThis.crypto?.subtle && file.size <= AT_ONCE) {
    const octets = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    return Array.from(new Uint8Array(octets), (octet) => octet.toString(16).padStart(2, "0")).join("");
  }
  const sum = new Sha256();
  for (let start = 0; start < file.size; start += PIECE) {
    progress(start / file.size);
    sum.update(new Uint8Array(await file.slice(start, start + PIECE).arrayBuffer()));
  }
  progress(1);
  return sum.hex();
}
