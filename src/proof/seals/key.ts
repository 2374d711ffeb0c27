import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What seals are signed with, and what tells it from other keys. */
export interface SigningKey {
  id: string;
  sign(hash: Buffer): Buffer;
}

export interface PublicKey {
  id: string;
  /** Whether a signature is this key's over a hash. */
  verify(hash: Buffer, signature: Buffer): boolean;
}

/** @throws Error in one line, without the setting's name, when the file has no such key */
export function readSigningKey(file: string): SigningKey {
  const key = ed25519(file, createPrivateKey);
  return { id: keyId(createPublicKey(key)), sign: (hash) => sign(null, hash, key) };
}

/** Of a public key, or of the one that belongs to a private key. @throws Error as `readSigningKey` */
export function readPublicKey(file: string): PublicKey {
  const key = ed25519(file, createPublicKey);
  return { id: keyId(key), verify: (hash, signature) => verify(null, hash, key, signature) };
}

function ed25519(file: string, parse: (pem: string) => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} can't be read as a key in PEM: ${(error as Error).message}`, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${file} is no Ed25519 key`);
  return key;
}

/** The first 16 hex digits of SHA-256 over the public key in DER (SPKI). */
function keyId(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}
