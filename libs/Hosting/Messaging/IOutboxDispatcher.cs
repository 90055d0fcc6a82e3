namespace Tideway.Hosting.Messaging;

/// <summary>What sends the events of one service.</summary>
internal interface IOutboxDispatcher
{
    string Service { get; }

    /// <summary>Whether it is at work, or waiting for a bus that is away.</summary>
    bool IsRunning { get; }
}
