/**
 * Browsers may compute the last digit of `Math.sin` and of some other functions differently. Rules in the playground get these in
 * their place. They use nothing but operations whose result is defined to the last bit: + - * / and the square root.
 *
 * They differ from exact values by a few units of the last digit, and in `pow` by some more.
 */

const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10
/** π/2 in three parts. The first two have 33 bits each, so that their products with small whole numbers are exact. */
const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const

/** e^x */
function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY
  if (x < -745.2) return 0
  const k = Math.round(x / Math.LN2)
  const r = x - k * ln2High - k * ln2Low
  // |r| is at most 0.35: after 14 terms nothing is left to add
  let sum = 1
  for (let n = 14; n > 0; n--) sum = 1 + (r * sum) / n
  return scale(sum, k)
}

/** e^x - 1, also for small x */
function expm1(x: number): number {
  if (Math.abs(x) > 0.5 || x === 0) return x === 0 ? x : exp(x) - 1
  let sum = 1
  for (let n = 16; n > 1; n--) sum = 1 + (x * sum) / n
  return x * sum
}

/** x times 2^k, in two steps if 2^k alone is no number */
function scale(x: number, k: number): number {
  const half = Math.trunc(k / 2)
  return x * powerOf2(half) * powerOf2(k - half)
}

function powerOf2(k: number): number {
  return wholePower(k < 0 ? 0.5 : 2, Math.abs(k))
}

/** By squaring. @param n a whole number from 0 */
function wholePower(x: number, n: number): number {
  let result = 1
  for (let factor = x, left = n; left > 0; left = Math.floor(left / 2), factor *= factor) {
    if (left % 2 === 1) result *= factor
  }
  return result
}

/** x = m times 2^k with m from √½ to √2 */
function parts(x: number): { m: number; k: number } {
  let m = x
  let k = 0
  for (let step = 512; step > 0; step = Math.floor(step / 2)) {
    const factor = powerOf2(step)
    while (m >= factor) {
      m /= factor
      k += step
    }
    while (m < 1 / factor) {
      m *= factor
      k -= step
    }
  }
  // m is from 1/2 to below 2
  if (m > Math.SQRT2) return { m: m / 2, k: k + 1 }
  if (m < Math.SQRT1_2) return { m: m * 2, k: k - 1 }
  return { m, k }
}

/** The natural logarithm of 1 + f for f from -0.3 to 0.42, by the series of the inverse hyperbolic tangent. */
function logNear1(f: number): number {
  const s = f / (2 + f)
  const z = s * s
  let sum = 0
  for (let n = 25; n >= 3; n -= 2) sum = z * (1 / n + sum)
  return 2 * s + 2 * s * sum
}

function log(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x > 0 ? x : Number.NaN
  const { m, k } = parts(x)
  return k * ln2High + (logNear1(m - 1) + k * ln2Low)
}

function log1p(x: number): number {
  return Math.abs(x) < 0.25 ? (x === 0 ? x : logNear1(x)) : log(1 + x)
}

function log2(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return log(x)
  const { m, k } = parts(x)
  return k + logNear1(m - 1) / Math.LN2
}

function log10(x: number): number {
  const near = log(x) / Math.LN10
  const whole = Math.round(near)
  // the powers of ten that are numbers themselves
  return whole >= 0 && whole <= 22 && wholePower(10, whole) === x ? whole : near
}

/** The sine and the cosine of an angle from -π/4 to π/4. */
function sineNear0(r: number): number {
  const z = r * r
  let sum = 1
  for (let n = 18; n >= 2; n -= 2) sum = 1 - (z * sum) / (n * (n + 1))
  return r * sum
}

function cosineNear0(r: number): number {
  const z = r * r
  let sum = 1
  for (let n = 19; n >= 3; n -= 2) sum = 1 - (z * sum) / (n * (n + 1))
  return 1 - (z * sum) / 2
}

/** The rest of an angle after quarter turns. Beyond a million quarter turns digits are lost, the same ones everywhere. */
function quarters(x: number): { rest: number; quarter: number } {
  const n = Math.round(x / (Math.PI / 2))
  const rest = x - n * halfPi[0] - n * halfPi[1] - n * halfPi[2]
  return { rest, quarter: ((n % 4) + 4) % 4 }
}

function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  if (x === 0) return x
  const { rest, quarter } = quarters(x)
  const value = quarter % 2 === 0 ? sineNear0(rest) : cosineNear0(rest)
  return quarter < 2 ? value : -value
}

function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  const { rest, quarter } = quarters(x)
  const value = quarter % 2 === 0 ? cosineNear0(rest) : sineNear0(rest)
  return quarter === 0 || quarter === 3 ? value : -value
}

function tan(x: number): number {
  return x === 0 ? x : sin(x) / cos(x)
}

/** The arc tangent of 0, 1/8, … 1: the steps from which a short series goes on. */
const arcs = [
  0, 0.12435499454676144, 0.24497866312686414, 0.35877067027057225, 0.4636476090008061, 0.5585993153435624,
  0.6435011087932844, 0.7188299996216245, 0.7853981633974483,
]

function atan(x: number): number {
  if (Number.isNaN(x) || x === 0) return x
  if (x < 0) return -atan(-x)
  if (x > 1) return Math.PI / 2 - atan(1 / x)
  const step = Math.round(x * 8)
  const from = step / 8
  const r = (x - from) / (1 + x * from)
  const z = r * r
  let sum = 0
  for (let n = 17; n >= 3; n -= 2) sum = z * (1 / n - sum)
  return arcs[step]! + (r - r * sum)
}

function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  const isLeft = x < 0 || Object.is(x, -0)
  if (y === 0) return isLeft ? (Object.is(y, -0) ? -Math.PI : Math.PI) : y
  const isInfinite = !Number.isFinite(x) && !Number.isFinite(y)
  const near = isInfinite ? Math.PI / 4 : x === 0 ? Math.PI / 2 : atan(Math.abs(y / x))
  const upper = isLeft && x !== 0 ? Math.PI - near : near
  return y < 0 ? -upper : upper
}

function asin(x: number): number {
  return x === 0 ? x : atan2(x, Math.sqrt((1 - x) * (1 + x)))
}

function acos(x: number): number {
  return atan2(Math.sqrt((1 - x) * (1 + x)), x)
}

function hypot(...values: number[]): number {
  let largest = 0
  for (const value of values) {
    if (Math.abs(value) === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
    largest = Number.isNaN(value) ? value : Math.max(largest, Math.abs(value))
  }
  if (!(largest > 0)) return largest
  // squares that are no numbers, or lose digits, are rare: most games need no division
  const unit = largest > 1e150 || largest < 1e-150 ? largest : 1
  let sum = 0
  for (const value of values) sum += (value / unit) * (value / unit)
  return unit * Math.sqrt(sum)
}

function pow(x: number, y: number): number {
  if (y === 0) return 1
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  const isWhole = Number.isInteger(y)
  if (isWhole && Math.abs(y) <= 1024) return y > 0 ? wholePower(x, y) : 1 / wholePower(x, -y)
  if (y === 0.5 && Number.isFinite(x)) return Math.sqrt(x + 0)
  const isOdd = isWhole && Math.abs(y % 2) === 1
  const size = Math.abs(x)
  if (!Number.isFinite(y)) {
    if (size === 1) return Number.NaN
    return size > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0
  }
  if (x < 0 && !isWhole && Number.isFinite(x)) return Number.NaN
  if (size === 0 || size === Number.POSITIVE_INFINITY) {
    const end = (size === 0) === y > 0 ? 0 : Number.POSITIVE_INFINITY
    return isOdd && (x < 0 || Object.is(x, -0)) ? -end : end
  }
  const value = exp(y * log(size))
  return x < 0 && isOdd ? -value : value
}

function cbrt(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x
  const size = Math.abs(x)
  let root = exp(log(size) / 3)
  // one step of Newton's method mends the last digits
  root -= (root - size / (root * root)) / 3
  return x < 0 ? -root : root
}

function sinh(x: number): number {
  const size = Math.abs(x)
  const e = expm1(size)
  const value = size > 20 ? halfExp(size) : (e + e / (e + 1)) / 2
  return x < 0 || Object.is(x, -0) ? -value : value
}

function cosh(x: number): number {
  const size = Math.abs(x)
  const e = exp(size)
  return size > 20 ? halfExp(size) : (e + 1 / e) / 2
}

/** e^x / 2, also where e^x is no number any more */
function halfExp(x: number): number {
  const root = exp(x / 2)
  return (root / 2) * root
}

function tanh(x: number): number {
  if (Math.abs(x) > 20) return Math.sign(x)
  const e = expm1(2 * x)
  return x === 0 ? x : e / (e + 2)
}

function asinh(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x
  const size = Math.abs(x)
  const value = size > 1e100 ? log(size) + Math.LN2 : log1p(size + (size * size) / (1 + Math.sqrt(1 + size * size)))
  return x < 0 ? -value : value
}

function acosh(x: number): number {
  return x > 1e100 ? log(x) + Math.LN2 : log(x + Math.sqrt((x - 1) * (x + 1)))
}

function atanh(x: number): number {
  return x === 0 ? x : log1p((2 * x) / (1 - x)) / 2
}

const replaced = {
  ...{
    exp,
    expm1,
    log,
    log1p,
    log2,
    log10,
    sin,
    cos,
    tan,
    asin,
    acos,
    atan,
    atan2,
    sinh,
    cosh,
    tanh,
    asinh,
    acosh,
    atanh,
  },
  ...{ hypot, pow, cbrt },
}

/** `Math` with the same results in every browser, and without `random`: rules have `ctx.random`. */
export const portableMath: Math = Object.freeze(
  Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(Math),
      ...Object.getOwnPropertyDescriptors(replaced),
      random: {
        value: () => {
          throw new Error('Math.random differs from run to run: use ctx.random() in rules, and player.random() in bot')
        },
      },
    },
  ),
) as Math
