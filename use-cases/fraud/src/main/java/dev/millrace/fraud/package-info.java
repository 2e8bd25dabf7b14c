/** Made-up card payments with known frauds among them. */
@NullMarked
package dev.millrace.fraud;

import org.jspecify.annotations.NullMarked;
