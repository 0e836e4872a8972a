import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from 'node:crypto'
import { AuthError } from './errors.js'

/** Keys in pairs: whoever has the public one can verify, and only who has the private one can issue. PEM text or `KeyObject`. */
export interface TokenKeys {
  publicKey: string | KeyObject
  privateKey?: string | KeyObject
}

export interface SigningKey {
  /** The one algorithm of its tokens. A token that names another is refused, whatever it is. */
  readonly algorithm: 'HS256' | 'EdDSA' | 'ES256' | 'RS256'
  readonly verifying: KeyObject
  /** Undefined where tokens can only be verified. */
  readonly signing: KeyObject | undefined
}

/** As long as the hash: a shorter one can be guessed from a single token. */
const minSecretBytes = 32
const minRsaBits = 2048

/** @param secret at least 32 bytes, drawn at random; a text counts in UTF-8. @throws AuthError `key_invalid` */
export function keyOfSecret(secret: string | Uint8Array): SigningKey {
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret
  if (!(bytes instanceof Uint8Array) || bytes.length < minSecretBytes) {
    throw new AuthError('key_invalid', `a secret has at least ${minSecretBytes} bytes`)
  }
  const key = createSecretKey(bytes)
  return { algorithm: 'HS256', verifying: key, signing: key }
}

/** Ed25519, P-256, or RSA of 2048 bits and more. @throws AuthError `key_invalid` */
export function keyOfPair({ publicKey, privateKey }: TokenKeys): SigningKey {
  const verifying = read(publicKey, createPublicKey)
  const algorithm = algorithmOf(verifying)
  if (privateKey === undefined) return { algorithm, verifying, signing: undefined }
  const signing = read(privateKey, createPrivateKey)
  if (signing.type !== 'private' || !createPublicKey(signing).equals(verifying)) {
    throw new AuthError('key_invalid', 'the private key and the public key are no pair')
  }
  return { algorithm, verifying, signing }
}

function read(key: string | KeyObject, parse: (pem: string) => KeyObject): KeyObject {
  if (key instanceof KeyObject) return key
  try {
    return parse(key)
  } catch {
    // no cause: it might quote the key
    throw new AuthError('key_invalid', 'a key is PEM text or a KeyObject')
  }
}

function algorithmOf({ type, asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningKey['algorithm'] {
  if (type === 'public') {
    if (asymmetricKeyType === 'ed25519') return 'EdDSA'
    if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256'
    if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= minRsaBits) return 'RS256'
  }
  throw new AuthError('key_invalid', 'a public key is of Ed25519, of P-256, or of RSA with 2048 bits and more')
}
