namespace Tideway.CdfPublisher.Subscriptions;

/// <summary>How a subscription fares.</summary>
public enum SubscriptionState
{
    /// <summary>Notices are sent.</summary>
    Active,

    /// <summary>A notice was given up; one attempt a day goes on until one succeeds.</summary>
    Failing,

    /// <summary>The endpoint asked for no more notices. Creating the subscription again makes it active.</summary>
    Disabled,
}
