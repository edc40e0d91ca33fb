/**
 * What arrives when: the endpoints and their mix, the number of users over time, Poisson arrivals.
 */
@NullMarked
package dev.headroom.demo.traffic.load;

import org.jspecify.annotations.NullMarked;
