#!/usr/bin/env -S node --max-semi-space-size=1
// The young generation is kept small: what a transfer leaves for the garbage collector would
// otherwise grow to tens of megabytes before it is looked at.
import "../dist/cli.js";
