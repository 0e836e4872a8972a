import { connect } from '@tygase/client'
import { defineGame, EntityMap } from '@tygase/gamestate'

// a page with the rules of its game
Object.assign(globalThis, { connect, defineGame, EntityMap })
