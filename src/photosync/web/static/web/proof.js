// The robot check's work: finds numbers whose SHA-256 begins with enough zeros. It is a worker, and where workers
// are not to be had, a part of the page; it needs no secure context. The rule it follows is core/proof_of_work.py.
"use strict";

(() => {
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) {
    if (primes.every((prime) => n % prime)) primes.push(n);
  }
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  const ROUNDS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const words = new Int32Array(64);

  // The first 32 bits of the SHA-256 of one padded block of 64 bytes.
  function firstBits(block) {
    for (let i = 0, at = 0; i < 16; i += 1, at += 4) {
      words[i] = (block[at] << 24) | (block[at + 1] << 16) | (block[at + 2] << 8) | block[at + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = words[i - 15], y = words[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = START;
    for (let i = 0; i < 64; i += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const first = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + first) | 0;
      d = c; c = b; b = a; a = (first + second) | 0;
    }
    return (a + START[0]) >>> 0;
  }

  class ProofOfWork {
    constructor({ seed, puzzles, zeroBits }) {
      this.seed = seed;
      this.puzzles = puzzles;
      this.limit = 2 ** (32 - zeroBits);
      this.found = [];
      this.beginPuzzle();
    }

    get isDone() { return this.found.length === this.puzzles; }

    get answers() { return this.found.join("."); }

    beginPuzzle() {
      this.prefix = `${this.seed}:${this.found.length}:`;
      this.block = new Uint8Array(64);
      for (let i = 0; i < this.prefix.length; i += 1) this.block[i] = this.prefix.charCodeAt(i);
      this.setLength(this.prefix.length + 1);
      this.block[this.prefix.length] = 48;
    }

    // What follows the text: a bit, zeros, and the length in bits.
    setLength(length) {
      this.length = length;
      this.block[length] = 0x80;
      this.block[62] = (length * 8) >>> 8;
      this.block[63] = (length * 8) & 255;
    }

    // Add one to the decimal number at the end of the text.
    count() {
      const first = this.prefix.length;
      let at = this.length - 1;
      while (at >= first && this.block[at] === 57) { this.block[at] = 48; at -= 1; }
      if (at >= first) { this.block[at] += 1; return; }
      this.block[first] = 49;
      this.block[this.length] = 48;
      this.setLength(this.length + 1);
    }

    // Work for about so long.
    go(milliseconds) {
      const end = Date.now() + milliseconds;
      while (!this.isDone && Date.now() < end) {
        for (let tries = 0; tries < 500 && !this.isDone; tries += 1) {
          if (firstBits(this.block) < this.limit) {
            const number = this.block.subarray(this.prefix.length, this.length);
            this.found.push(String.fromCharCode(...number));
            this.beginPuzzle();
          } else this.count();
        }
      }
    }
  }

  if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
    self.addEventListener("message", ({ data }) => {
      const work = new ProofOfWork(data);
      while (!work.isDone) {
        work.go(50);
        self.postMessage({ solved: work.found.length, answers: work.isDone ? work.answers : "" });
      }
    });
  } else self.ProofOfWork = ProofOfWork;
})();
