#!/usr/bin/env node
// in the repository and not in dist, so that npm links the command before the first build as well
import '../dist/main.js'
