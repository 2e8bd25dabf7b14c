/** One class per server: how its data is laid out, how it is started, when it is ready, how a client reaches it. */
@NullMarked
package dev.millrace.local.server;

import org.jspecify.annotations.NullMarked;
