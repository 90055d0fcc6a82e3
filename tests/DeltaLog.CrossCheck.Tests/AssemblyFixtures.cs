using Tideway.DeltaLog.CrossCheck.Tests.Engine;

[assembly: AssemblyFixture(typeof(IndependentEngine))]
