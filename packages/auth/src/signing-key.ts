import { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from 'node:crypto'
import { AuthError } from './errors.js'

/** A pair of keys, as PEM text or `KeyObject`. The public key verifies tokens; the private key is needed to issue them. */
export interface TokenKeys {
  publicKey: string | KeyObject
  privateKey?: string | KeyObject
}

export interface SigningKey {
  /** The only algorithm of its tokens. A token that names another one is refused. */
  readonly algorithm: 'HS256' | 'EdDSA' | 'ES256' | 'RS256'
  readonly verifying: KeyObject
  /** Undefined if tokens can only be verified. */
  readonly signing: KeyObject | undefined
}

/** As long as the hash. A shorter secret can be guessed from a single token. */
const minSecretBytes = 32
const minRsaBits = 2048

/** @param secret at least 32 random bytes; a text is counted in UTF-8. @throws AuthError `key_invalid` */
export function keyOfSecret(secret: string | Uint8Array): SigningKey {
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret
  if (!(bytes instanceof Uint8Array) || bytes.length < minSecretBytes) {
    throw new AuthError('key_invalid', `a secret has at least ${minSecretBytes} bytes`)
  }
  const key = createSecretKey(bytes)
  return { algorithm: 'HS256', verifying: key, signing: key }
}

/** Takes keys of Ed25519, P-256, or RSA with at least 2048 bits. @throws AuthError `key_invalid` */
export function keyOfPair({ publicKey, privateKey }: TokenKeys): SigningKey {
  const verifying = read(publicKey, createPublicKey)
  const algorithm = algorithmOf(verifying)
  if (privateKey === undefined) return { algorithm, verifying, signing: undefined }
  const signing = read(privateKey, createPrivateKey)
  if (signing.type !== 'private' || !createPublicKey(signing).equals(verifying)) {
    throw new AuthError('key_invalid', 'the private key does not belong to the public key')
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
  throw new AuthError('key_invalid', 'a public key is of Ed25519, of P-256, or of RSA with at least 2048 bits')
}
