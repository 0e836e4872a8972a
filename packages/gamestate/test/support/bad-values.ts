class Sprite {
  frame = 0
}

class List extends Array<number> {}

function cycle(): object {
  const ring: Record<string, unknown> = {}
  ring.next = ring
  return ring
}

/** What a state cannot hold: a name for the test, how to make it, what the message says of it. */
export const badValues: readonly (readonly [name: string, make: () => unknown, message: string])[] = [
  ['a function', () => () => 1, 'a state cannot hold a function'],
  ['a class instance', () => new Sprite(), 'a state cannot hold an instance of Sprite'],
  ['a symbol', () => Symbol('s'), 'a state cannot hold a symbol'],
  ['a bigint', () => 1n, 'a state cannot hold a bigint'],
  ['a Date', () => new Date(0), 'a state cannot hold an instance of Date'],
  ['a Map', () => new Map([[1, { x: 1 }]]), 'a state cannot hold an instance of Map'],
  ['a Set', () => new Set([{ x: 1 }]), 'a state cannot hold an instance of Set'],
  ['a typed array of another kind', () => new Float32Array(2), 'a state cannot hold an instance of Float32Array'],
  ['an object with a strange prototype', () => Object.create({ x: 1 }), 'an object with a prototype of its own'],
  ['a promise', () => Promise.resolve(1), 'a state cannot hold an instance of Promise'],
]

/** Bad values that are found below the place where they are put: the further path, too. */
export const deepBadValues: readonly (readonly [
  name: string,
  make: () => unknown,
  further: string,
  message: string,
])[] = [
  ...badValues.map(([name, make, message]) => [`${name} in an array`, () => [0, make()], '.1', message] as const),
  ...badValues.map(([name, make, message]) => [`${name} in an object`, () => ({ a: make() }), '.a', message] as const),
  ['undefined in an array', () => [1, undefined], '.1', 'a state cannot hold undefined'],
  // biome-ignore lint/suspicious/noSparseArray: reason: the hole is what is tested
  ['a hole in an array', () => [1, , 2], '.1', 'a state cannot hold undefined'],
  ['a cycle', cycle, '.next.next', 'nested deeper than 100 levels, or a cycle'],
  ['a symbol as a key', () => ({ [Symbol('s')]: 1 }), '', 'a state cannot hold the key Symbol(s)'],
  ['the key __proto__', () => JSON.parse('{"__proto__": {"x": 1}}'), '.__proto__', 'this key is not allowed'],
]

/** An array that is more than an array; a row's copy is a plain one. */
export const subclassedArray = (): number[] => List.from([1, 2])
