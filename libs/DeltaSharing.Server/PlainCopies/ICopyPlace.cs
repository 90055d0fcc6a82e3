namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>
/// Where copies are kept. A copy is there whole or not at all; it stays while an address of it may be good, and goes when it was not handed out for long, or
/// earlier where there is too little room. A copy of no bytes stands for a file of which no row counts. Others may add and remove copies at the same time.
/// </summary>
internal interface ICopyPlace
{
    /// <summary>The length of a copy that is there, which counts as handed out now; null where there is none.</summary>
    ValueTask<long?> UseAsync(string key, CancellationToken cancellationToken);

    /// <summary>A path on local disk for something in the making.</summary>
    string Begin();

    /// <summary>Puts a copy that is complete into its place. False where there is no room for it.</summary>
    Task<bool> FinishAsync(string made, string key, CancellationToken cancellationToken);

    /// <summary>Removes what was not handed out for long, and what a crash left behind.</summary>
    Task CleanAsync(CancellationToken cancellationToken);
}
