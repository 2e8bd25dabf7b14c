/** The online record: how a block, the offsets that it includes and its head lie in Redis. No I/O: keys, bytes and scripts. */
@NullMarked
package dev.millrace.feature.online;

import org.jspecify.annotations.NullMarked;
