/** Checks the tables of LevelDB, the files with its sorted entries. LevelDB reads them without a look at their checksums. */
import { crc32c, fixed32, storedCrc } from './crc32c.js'
import { Damage } from './damage.js'
import { Reader } from './varints.js'

const FOOTER = 48
const MAGIC_LOW = 0x8b80fb57
const MAGIC_HIGH = 0xdb477524
/** After each block: how it is compressed, and its checksum. */
const TRAILER = 5

interface Block {
  readonly start: number
  readonly size: number
}

/** Checks every byte of a table. @throws Damage */
export function checkTable(name: string, bytes: Uint8Array): void {
  const footer = bytes.length - FOOTER
  if (footer < 0 || fixed32(bytes, bytes.length - 8) !== MAGIC_LOW || fixed32(bytes, bytes.length - 4) !== MAGIC_HIGH) {
    throw new Damage(`${name} is damaged: it does not end as a table does`)
  }
  const reader = new Reader(name, bytes, footer, bytes.length - 8)
  const meta = blockOf(reader)
  const index = blockOf(reader)
  checkBlock(name, bytes, meta)
  checkBlock(name, bytes, index)
  const blocks = [...blocksIn(name, bytes, index), ...blocksIn(name, bytes, meta), meta, index]
  let end = 0
  for (const block of blocks) {
    // The blocks fill the file. A gap would be a block that nobody reads.
    if (block.start !== end) throw new Damage(`${name} is damaged: a block is missing at byte ${end}`)
    checkBlock(name, bytes, block)
    end += block.size + TRAILER
  }
  if (end !== footer) throw new Damage(`${name} is damaged: a block is missing at byte ${end}`)
}

function blockOf(reader: Reader): Block {
  return { start: reader.number(), size: reader.number() }
}

function checkBlock(name: string, bytes: Uint8Array, { start, size }: Block): void {
  const end = start + size
  if (end + TRAILER <= bytes.length && crc32c(bytes, start, end + 1) === storedCrc(bytes, end + 1)) return
  throw new Damage(`${name} is damaged between bytes ${start} and ${end}`)
}

/** Returns the blocks that a block of an index names. Ours are not compressed. */
function blocksIn(name: string, bytes: Uint8Array, { start, size }: Block): Block[] {
  const end = start + size
  if (bytes[end] !== 0) throw new Damage(`${name} is compressed, which ours are not`)
  const restarts = size < 4 ? size : fixed32(bytes, end - 4) * 4 + 4
  if (restarts > size) throw new Damage(`${name} is damaged between bytes ${start} and ${end}`)
  const reader = new Reader(name, bytes, start, end - restarts)
  const blocks: Block[] = []
  while (!reader.isDone) {
    reader.number()
    const key = reader.number()
    const length = reader.number()
    reader.bytes(key)
    blocks.push(blockOf(new Reader(name, reader.bytes(length))))
  }
  return blocks
}
