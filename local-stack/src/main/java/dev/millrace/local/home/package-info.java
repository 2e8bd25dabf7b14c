/** What every stack has: its folders, its generated passwords, and the one way in which it says that something went wrong. */
@NullMarked
package dev.millrace.local.home;

import org.jspecify.annotations.NullMarked;
