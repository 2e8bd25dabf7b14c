/** What answers of routes that are made from definitions share. */
@NullMarked
package dev.millrace.prediction.web;

import org.jspecify.annotations.NullMarked;
