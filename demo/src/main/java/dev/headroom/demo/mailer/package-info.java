/** The worker that sends the outbox and runs the nightly jobs. Start with {@code Mailer}. */
@NullMarked
package dev.headroom.demo.mailer;

import org.jspecify.annotations.NullMarked;
