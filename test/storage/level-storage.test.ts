/** The storage in a folder passes the suite of all storages. */
import { levelPlace, newFolder } from './folders.js'
import { storageSuite } from './storage-suite.js'

const taken =
  /another daemon of this process has the folder '.*'; close that one first, or give this daemon another folder/

storageSuite('LevelDB', { make: async () => levelPlace(newFolder()), taken })
storageSuite('LevelDB with sync', { make: async () => levelPlace(newFolder(), true), taken, histories: 10 })
