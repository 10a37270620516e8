/** The body of a request as it comes in. */
import { Chunks, type Sink } from './chunks.js'
import type { Meter } from './meter.js'
import { Pieces } from './pieces.js'

/** Decodes a body from the bytes of a connection. */
interface Unpacking {
  readonly done: boolean
  /** The error if the body ends here. */
  readonly cutOff: Error
  /** Consumes bytes and returns how many. @throws Error if they are not such a body */
  take(bytes: Buffer, sink: Sink): number
}

interface Reader {
  readonly limit: number
  resolve(body: Uint8Array | undefined): void
  reject(error: Error): void
}

/** How many bytes of memory a byte of a body costs: it becomes text, and then a message. */
const COST = 3
/** A body up to this size is always accepted, in bytes. So leases and completes still work when the memory is full. */
const ALWAYS_TAKEN = 262_144

/** The body of a request as it comes in. It is kept until it is dropped or read, up to the reader's limit. */
export class IncomingBody {
  readonly #meter: Meter
  readonly #unpacking: Unpacking
  /** The length in bytes, or -1 if the client does not say. */
  readonly #declared: number
  readonly #pieces = new Pieces()
  /** How many bytes have arrived. */
  #seen = 0
  #dropped = false
  #reader: Reader | undefined
  #failure: Error | undefined
  /** The error if the body was not kept. */
  #refusal: Error | undefined

  /** `length` is in bytes, or -1 for a chunked body. */
  constructor(length: number, meter: Meter) {
    this.#meter = meter
    this.#declared = length
    this.#unpacking = length < 0 ? new Chunks() : new Counted(length)
    if (length > ALWAYS_TAKEN && !meter.hasRoom(COST * length)) this.#refuse()
  }

  /** Whether more of the body is to come. */
  get isOpen(): boolean {
    return !this.#unpacking.done && this.#failure === undefined
  }

  /** Whether the end of the body cannot be found. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** How many bytes are to come. `Infinity` if that is unknown. */
  get left(): number {
    if (this.#unpacking.done) return 0
    return this.#unpacking instanceof Counted ? this.#unpacking.left : Number.POSITIVE_INFINITY
  }

  /** The whole body, if it has arrived. */
  get whole(): Uint8Array | undefined {
    return this.#unpacking.done && !this.#dropped ? this.#pieces.joined() : undefined
  }

  /** Consumes the bytes of the body and returns how many. */
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

  /** Reads the whole body. Resolves with `undefined` once it exceeds `limit` bytes. Rejects if it cannot be read. */
  read(limit: number): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      this.#reader = { limit, resolve, reject }
      this.#settle()
    })
  }

  /** Drops what has arrived and what is to come. */
  drop(): void {
    this.#dropped = true
    this.#meter.remove(COST * this.#pieces.length)
    this.#pieces.clear()
  }

  /** Call when no more bytes arrive. */
  cutOff(): void {
    this.fail(this.#unpacking.cutOff)
  }

  /** Call when the body cannot be read any further. */
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
    // The pieces of this body must not count as memory in use.
    this.drop()
    this.#refusal = this.#meter.noRoom(this.#declared)
  }

  /** Settles the reader if possible. */
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

/** A body of a known length. */
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
