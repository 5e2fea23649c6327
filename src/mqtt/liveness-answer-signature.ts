import { createHmac, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Secret } from '../model/secret.ts';

const deriveKey: (password: string, salt: string, bytes: number) => Promise<Buffer> = promisify(scrypt);

const keys = new WeakMap<Secret, { text: string; key: Promise<Buffer> }>();

/** Others can read the signatures. So that they can't be used to guess the password, the key takes some 50 ms to
 * compute, once. */
function keyOf(password: Secret): Promise<Buffer> {
  const text = password.reveal();
  const known = keys.get(password);
  if (known?.text === text) return known.key;
  const key = deriveKey(text, 'infra-monitor agent name', 32);
  keys.set(password, { text, key });
  return key;
}

/** HMAC-SHA-256 of an answer on a topic, with a key made from the password. */
export async function signLivenessAnswer(password: Secret, topic: string, token: string): Promise<string> {
  return createHmac('sha256', await keyOf(password))
    .update(`${topic}\n${token}`)
    .digest('base64url');
}
