namespace Tideway.DeltaSharing.Tests.Client;

/// <summary>Tests beside which no others run, because they look at the memory of the process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
