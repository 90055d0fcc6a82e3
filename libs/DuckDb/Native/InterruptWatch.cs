namespace Tideway.DuckDb.Native;

/// <summary>Interrupts a connection when a token is cancelled, for as long as it is not disposed; it holds the connection meanwhile.</summary>
internal readonly struct InterruptWatch : IDisposable
{
    private readonly ConnectionHandle? held;
    private readonly CancellationTokenRegistration registration;

    public InterruptWatch(ConnectionHandle connection, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
            return;
        var added = false;
        connection.DangerousAddRef(ref added);
        held = connection;
        registration = cancellationToken.UnsafeRegister(static connection => ((ConnectionHandle)connection!).InterruptHeld(), connection);
    }

    public void Dispose()
    {
        registration.Dispose();
        held?.DangerousRelease();
    }
}
