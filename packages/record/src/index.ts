export { type DivergenceFilesOptions, divergenceFiles } from './divergence-files.js'
export { RecordError, type RecordErrorCode } from './errors.js'
export { type JournalOptions, openJournal } from './journal/open-journal.js'
export { type Recording, type RecordOptions, type Redaction, record } from './record-room.js'
