namespace Tideway.ObjectStorage.Checks;

/// <summary>What is tried of a storage root.</summary>
public enum StorageStep
{
    /// <summary>Listing what is in it.</summary>
    List,

    /// <summary>Signing the address of an object.</summary>
    Sign,

    /// <summary>Reading an object by the address that was signed.</summary>
    ReadBack,

    /// <summary>Writing an object only where there is none.</summary>
    PutIfAbsent,
}

/// <summary>What is wrong with a storage root, said so that an operator can mend it.</summary>
/// <param name="RootName">The root.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Step">What was tried.</param>
/// <param name="Answer">What came of it, in the store's words.</param>
/// <param name="Advice">What to change; null where there is nothing special to say.</param>
public sealed record StorageFault(string RootName, Uri Address, StorageStep Step, string Answer, string? Advice)
{
    /// <summary>Who asked the store: which source of credentials was in use, without a secret.</summary>
    public string? Identity { get; init; }

    /// <summary>All of it in one sentence.</summary>
    public override string ToString()
    {
        var step = Step switch
        {
            StorageStep.List => "listing",
            StorageStep.Sign => "signing an address",
            StorageStep.ReadBack => "reading back a signed address",
            _ => "writing where there is nothing",
        };
        return $"storage root '{RootName}' at {Address}: {step} failed{(Identity is null ? "" : $" with {Identity}")}: {Answer.TrimEnd('.')}{(Advice is null ? "" : $"; {Advice}")}.";
    }
}
