/** The house rules, and the product as its users meet it: from the command line, over sockets. */
@NullMarked
package dev.headroom.e2e;

import org.jspecify.annotations.NullMarked;
