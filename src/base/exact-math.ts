// Natural logarithm and exponential made of + - * / and bit moves only, so that a seeded run gives the same bits on
// every Node line and in every browser. Math.log, Math.exp and Math.pow do not: their last bits depend on the engine.
// Method and coefficients: fdlibm (Sun Microsystems, 1993), e_log.c and e_exp.c; error at most 1 ulp.

const buffer = new ArrayBuffer(8);
const float = new Float64Array(buffer);
const words = new Uint32Array(buffer); // [0] low, [1] high: every platform JavaScript runs on today is little-endian

const LN2_HI = 0.6931471803691238;
const LN2_LO = 1.9082149292705877e-10;
const TWO_54 = 18_014_398_509_481_984;

function highWord(x: number): number {
  float[0] = x;
  return words[1]! | 0;
}

/** x * 2^k for a result in the normal range. */
function scaleByPowerOfTwo(x: number, k: number): number {
  float[0] = x;
  words[1] = (words[1]! + (k << 20)) >>> 0;
  return float[0]!;
}

/** Natural logarithm of x. Returns -Infinity for 0 and NaN for negative x. */
export function ln(x: number): number {
  if (x < 0 || Number.isNaN(x)) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let value = x;
  let exponent = 0;
  let high = highWord(value);
  if (high < 0x00100000) {
    value *= TWO_54;
    exponent -= 54;
    high = highWord(value);
  }
  exponent += (high >> 20) - 1023;
  high &= 0x000fffff;
  // Normalise the mantissa to [sqrt(2)/2, sqrt(2)).
  const shift = (high + 0x95f64) & 0x100000;
  float[0] = value;
  words[1] = (high | (shift ^ 0x3ff00000)) >>> 0;
  exponent += shift >> 20;
  const f = float[0]! - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const t2 = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const r = t1 + t2;
  const half = 0.5 * f * f;
  return exponent * LN2_HI - (half - (s * (half + r) + exponent * LN2_LO) - f);
}

/** e to the power x. Returns Infinity above 709.78 and 0 below -708 (subnormal results are flushed to zero). */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -708) return 0;
  const k = Math.floor(x / Math.LN2 + 0.5);
  const hi = x - k * LN2_HI;
  const lo = k * LN2_LO;
  const r = hi - lo;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (0.00006613756321437934 + t * (-0.0000016533902205465252 + t * 4.1381367970572385e-8))));
  const y = 1 - (lo - (r * c) / (2 - c) - hi);
  // 2^1024 is no double: scale in two steps at the very top.
  return k === 1024 ? scaleByPowerOfTwo(y, 1023) * 2 : scaleByPowerOfTwo(y, k);
}
