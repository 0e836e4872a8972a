import { connect } from '@tygase/client'

// a page that only connects
Object.assign(globalThis, { connect })
