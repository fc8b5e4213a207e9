"""CloudFormation as AWS documents it: dependencies, rollbacks, updates with replacement, deletion.

moto's own CloudFormation creates resources only and ignores failures of deletion.
"""
