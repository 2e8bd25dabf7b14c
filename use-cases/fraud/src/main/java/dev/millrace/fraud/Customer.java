package dev.millrace.fraud;

/**
 * Who pays, with habits.
 *
 * @param number at least 1
 * @param meanAmount of a payment; its standard deviation is half of it
 * @param eagerness to pay: from 0 to 1, twice as eager is twice as often
 */
record Customer(
        int number, double x, double y, double meanAmount, double eagerness, String cardLast4, String usualDevice) {}
