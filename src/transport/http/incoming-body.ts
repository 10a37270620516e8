/** The body of a request as it comes in. */
import { Chunks, type Sink } from './chunks.js'
import type { Meter } from './meter.js'
import { Pieces } from './pieces.js'

/** Takes a body out of the bytes of a connection. */
interface Unpacking {
  readonly done: boolean
  /** What it means that nothing more comes. */
  readonly cutOff: Error
  /** Takes what it can of `bytes`, and returns how much that was. @throws Error where they are no such body */
  take(bytes: Buffer, sink: Sink): number
}

interface Reader {
  readonly limit: number
  resolve(body: Uint8Array | undefined): void
  reject(error: Error): void
}

/** A byte of a body costs more than itself: it becomes a text, and that a message. */
const COST = 3
/** A body up to this size is always taken, in bytes: leases and completes go on when the memory is full. */
const ALWAYS_TAKEN = 262_144

/** The body of a request as it comes in. It is kept until it is read, up to the reader's limit, or dropped. */
export class IncomingBody {
  readonly #meter: Meter
  readonly #unpacking: Unpacking
  /** Its length in bytes; -1 where the client does not say. */
  readonly #declared: number
  readonly #pieces = new Pieces()
  /** How much of it has come, in bytes. */
  #seen = 0
  #dropped = false
  #reader: Reader | undefined
  #failure: Error | undefined
  /** Why it was not kept. */
  #refusal: Error | undefined

  /** `length` in bytes; -1 for a body in chunks. */
  constructor(length: number, meter: Meter) {
    this.#meter = meter
    this.#declared = length
    this.#unpacking = length < 0 ? new Chunks() : new Counted(length)
    if (length > ALWAYS_TAKEN && !meter.hasRoom(COST * length)) this.#refuse()
  }

  /** Whether some of it is still to come. */
  get isOpen(): boolean {
    return !this.#unpacking.done && this.#failure === undefined
  }

  /** Whether what follows cannot be told from it. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** How much is still to come, in bytes; `Infinity` where nobody knows. */
  get left(): number {
    if (this.#unpacking.done) return 0
    return this.#unpacking instanceof Counted ? this.#unpacking.left : Number.POSITIVE_INFINITY
  }

  /** All of it, where it is there already. */
  get whole(): Uint8Array | undefined {
    return this.#unpacking.done && !this.#dropped ? this.#pieces.joined() : undefined
  }

  /** Takes what belongs to it, and returns how much that was. */
  feed(bytes: Buffer): number {
    try {
      const taken = this.#unpacking.take(bytes, (piece) => this.#keep(piece))
      if (this.#unpacking.done) this.#settle()
      return taken
    } catch (error) {
      this.fail(error as Error)
      return bytes.length
    }
  }

  /** Reads it to its end; undefined as soon as there are more than `limit` bytes. Rejects when it cannot be read. */
  read(limit: number): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      this.#reader = { limit, resolve, reject }
      this.#settle()
    })
  }

  /** What is left of it nobody wants. */
  drop(): void {
    this.#dropped = true
    this.#meter.remove(COST * this.#pieces.length)
    this.#pieces.clear()
  }

  /** Nothing more comes. */
  cutOff(): void {
    this.fail(this.#unpacking.cutOff)
  }

  /** It cannot be read any further. */
  fail(error: Error): void {
    if (!this.isOpen) return
    this.#failure = error
    this.#settle()
  }

  #keep(piece: Uint8Array): void {
    this.#seen += piece.byteLength
    if (this.#dropped) return
    const cost = COST * piece.byteLength
    if (this.#pieces.length + piece.byteLength > ALWAYS_TAKEN && !this.#meter.hasRoom(cost)) {
      this.#refuse()
    } else {
      this.#pieces.push(piece)
      this.#meter.add(cost)
    }
    this.#settle()
  }

  #refuse(): void {
    // Its own pieces do not count as what is in use.
    this.drop()
    this.#refusal = this.#meter.noRoom(this.#declared)
  }

  /** Settles the reader, once that is possible. */
  #settle(): void {
    const reader = this.#reader
    if (reader === undefined) return
    if (this.#refusal !== undefined && Math.max(this.#declared, this.#seen) <= reader.limit)
      reader.reject(this.#refusal)
    else if (this.#refusal !== undefined || this.#pieces.length > reader.limit) {
      this.drop()
      reader.resolve(undefined)
    } else if (this.#failure !== undefined) reader.reject(this.#failure)
    else if (this.#unpacking.done) reader.resolve(this.whole)
    else return
    this.#reader = undefined
  }
}

/** A body whose length is known. */
class Counted implements Unpacking {
  left: number

  constructor(length: number) {
    this.left = length
  }

  get done(): boolean {
    return this.left === 0
  }

  get cutOff(): Error {
    return new Error('unexpected EOF')
  }

  take(bytes: Buffer, sink: Sink): number {
    const taken = Math.min(bytes.length, this.left)
    this.left -= taken
    if (taken > 0) sink(taken === bytes.length ? bytes : bytes.subarray(0, taken))
    return taken
  }
}
