Feature: Packing

  Scenario: A large order is packed
    Given order "order-1" with a lease of 10 seconds
    When it is packed in 15 seconds
    Then no order is left
