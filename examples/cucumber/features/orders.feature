Feature: Orders

  Scenario: An order that nobody finishes is dead after three attempts
    Given orders that may be attempted 3 times
    And order "order-1"
    When a worker crashes 3 times
    Then no order is left
    And order "order-1" is dead

  Scenario: A completed order is gone
    Given order "order-1"
    When a worker completes it
    Then no order is left
