/** The ratings of teams: folds over every match of a country in order. */
@NullMarked
package dev.millrace.football;

import org.jspecify.annotations.NullMarked;
